"""Documents: every page of a TIFF or PDF, the one image of anything else, within limits."""

import io
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from hwr_core.errors import ImageTooLarge, NotAnImage, UnreadableImage
from hwr_core.images.decode import Limits, decode_pages
from tests.handwriting import number, png


def document(kind: str, *texts: str) -> bytes:
    """Return a document with a page for each text."""
    first, *others = [Image.fromarray(number(text)) for text in texts]
    stream = io.BytesIO()
    first.save(stream, kind, save_all=True, append_images=others)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_each_page_of_a_document_is_an_image(kind):
    """In their order, grey, dark on light."""
    pages = list(decode_pages(document(kind, "12", "3456")))
    assert len(pages) == 2
    assert pages[0].grey.shape[1] / pages[0].grey.shape[0] == pytest.approx(2, abs=0.05)
    assert pages[1].grey.shape[1] / pages[1].grey.shape[0] == pytest.approx(4, abs=0.05)
    assert all(page.grey.dtype == np.uint8 and np.median(page.grey) > 200 for page in pages)


def test_an_image_is_a_document_of_one_page():
    """Its pixels stay as they are."""
    [page] = decode_pages(png(number("7")))
    np.testing.assert_array_equal(page.grey, number("7"))
    assert page.scale == 1.0


def test_a_reduced_image_knows_its_scale():
    """A large JPEG is decoded smaller; the scale takes its pixels back to the file's."""
    stream = io.BytesIO()
    Image.fromarray(np.full((5000, 4800), 255, np.uint8)).save(stream, "JPEG")
    [page] = decode_pages(stream.getvalue())
    assert page.scale == pytest.approx(5000 / page.grey.shape[0])
    assert page.scale >= 2


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_too_many_pages_are_refused(kind):
    """The number of pages and the limit are named."""
    with pytest.raises(ImageTooLarge, match="3 pages; at most 2"):
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
    except (UnreadableImage, NotAnImage) as error:
        assert "/" not in str(error)


def test_files_of_the_current_folder_are_not_loaded_instead_of_modules(tmp_path, monkeypatch):
    """Whoever starts hwr beside a json.py of their own can read a PDF all the same."""
    (tmp_path / "json.py").write_text("raise SystemExit('this is not the module')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert len(list(decode_pages(document("PDF", "12")))) == 1


def test_bytes_that_only_begin_like_a_pdf_are_unreadable():
    """The mark alone makes no document."""
    with pytest.raises(UnreadableImage, match="PDF is damaged or locked"):
        list(decode_pages(b"%PDF-1.7 and nothing more"))


def forms_in_forms(levels: int) -> bytes:
    """A PDF whose page draws a form ten times, which draws another ten times, and so on."""
    bodies = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        "<</Length 5>>stream\n/X Do\nendstream",
    ]
    for level in range(levels):
        ink = "/X Do " * 10 if level < levels - 1 else "9 9 m 50 90 l S "
        resources = f"<</XObject<</X {6 + level} 0 R>>>>"
        head = f"<</Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources{resources}/Length {len(ink)}>>"
        bodies.append(f"{head}stream\n{ink}\nendstream")
    objects = "".join(f"{number} 0 obj\n{body}\nendobj\n" for number, body in enumerate(bodies, 1))
    return f"%PDF-1.7\n{objects}trailer<</Root 1 0 R/Size {len(bodies) + 1}>>\n%%EOF\n".encode()


def test_a_small_pdf_that_would_take_years_is_given_up(monkeypatch):
    """After the time that a page has; meanwhile another document is read."""
    monkeypatch.setattr("hwr_core.images.pdf.PAGE_SECONDS", 3.0)
    assert len(list(decode_pages(forms_in_forms(3)))) == 1
    endless = forms_in_forms(12)
    assert len(endless) < 3000

    with ThreadPoolExecutor(1) as beside:
        given_up = beside.submit(lambda: list(decode_pages(endless)))
        assert len(list(decode_pages(document("PDF", "12")))) == 1
        assert not given_up.done()
        with pytest.raises(UnreadableImage, match="more than 3 seconds"):
            given_up.result(30)


def test_documents_left_in_the_middle_keep_nobody_waiting():
    """Who has seen enough pages ends what draws them, so that the next one may begin."""
    several = document("PDF", *["12"] * 3)
    for _ in range(6):  # more than are drawn at once
        pages = decode_pages(several)
        assert next(pages).of == 3
        pages.close()
    assert len(list(decode_pages(several))) == 3


def test_an_image_that_mentions_pdf_is_an_image():
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
