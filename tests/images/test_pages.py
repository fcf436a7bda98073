"""Documents: every page of a TIFF or PDF, the one picture of anything else, within limits."""

import io
import tracemalloc

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from hwr_core.errors import NotAPicture, PictureTooLarge, UnreadablePicture
from hwr_core.images.decode import Limits, decode_pages
from tests.handwriting import number, png


def document(kind: str, *texts: str) -> bytes:
    """Return a document with a page for each text."""
    first, *others = [Image.fromarray(number(text)) for text in texts]
    stream = io.BytesIO()
    first.save(stream, kind, save_all=True, append_images=others)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_each_page_of_a_document_is_a_picture(kind):
    """In their order, grey, dark on light."""
    pages = list(decode_pages(document(kind, "12", "3456")))
    assert len(pages) == 2
    assert pages[0].grey.shape[1] / pages[0].grey.shape[0] == pytest.approx(2, abs=0.05)
    assert pages[1].grey.shape[1] / pages[1].grey.shape[0] == pytest.approx(4, abs=0.05)
    assert all(page.grey.dtype == np.uint8 and np.median(page.grey) > 200 for page in pages)


def test_a_picture_is_a_document_of_one_page():
    """Its pixels stay as they are."""
    [page] = decode_pages(png(number("7")))
    np.testing.assert_array_equal(page.grey, number("7"))
    assert page.scale == 1.0


def test_a_reduced_picture_knows_its_scale():
    """A large JPEG is decoded smaller; the scale takes its pixels back to the file's."""
    stream = io.BytesIO()
    Image.fromarray(np.full((5000, 4800), 255, np.uint8)).save(stream, "JPEG")
    [page] = decode_pages(stream.getvalue())
    assert page.scale == pytest.approx(5000 / page.grey.shape[0])
    assert page.scale >= 2


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_too_many_pages_are_refused(kind):
    """The number of pages and the limit are named."""
    with pytest.raises(PictureTooLarge, match="3 pages; at most 2"):
        list(decode_pages(document(kind, "1", "2", "3"), Limits(max_pages=2)))


def test_a_page_is_drawn_no_larger_than_allowed():
    """A PDF with a huge page is rendered at fewer pixels an inch."""
    [large] = decode_pages(document("PDF", "123456"))
    [page] = decode_pages(document("PDF", "123456"), Limits(max_pixels=10_000))
    assert page.grey.size <= 11_000
    assert large.scale == 1.0
    assert page.scale == pytest.approx(large.grey.shape[1] / page.grey.shape[1], rel=0.02)


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_document_cut_short_is_unreadable_or_read(kind, share):
    """Whatever is left of a file gives pages or an error of ours, nothing else."""
    whole = document(kind, "12", "34")
    try:
        assert list(decode_pages(whole[: int(len(whole) * share)]))
    except (UnreadablePicture, NotAPicture) as error:
        assert "/" not in str(error)


def test_bytes_that_only_begin_like_a_pdf_are_unreadable():
    """The mark alone makes no document."""
    with pytest.raises(UnreadablePicture, match="PDF is damaged or locked"):
        list(decode_pages(b"%PDF-1.7 and nothing more"))


def test_a_picture_that_mentions_pdf_is_a_picture():
    """What a file is, is judged by opening it."""
    stream = io.BytesIO()
    note = PngInfo()
    note.add_text("Comment", "made from %PDF-1.4")
    Image.fromarray(number("7")).save(stream, "PNG", pnginfo=note)
    [page] = decode_pages(stream.getvalue())
    np.testing.assert_array_equal(page.grey, number("7"))


def test_a_page_is_decoded_when_it_is_asked_for():
    """A long document takes no more memory than a short one."""
    pages = decode_pages(document("TIFF", *"123456"))
    tracemalloc.start()
    for page in pages:
        assert page.grey.shape == (120, 120)
        del page
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * 120 * 120 * 6
