"""The Upload page."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from hwr_core.records import Source
from hwr_core.workspace import Workspace
from tests.handwriting import drawing, number, png

BLANK = png(np.full((60, 60), 255, np.uint8))


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The Upload page, without files."""
    return app.switch_page("app_pages/upload.py").run()


def upload(page: AppTest, **files: bytes) -> AppTest:
    """Upload files, given as name and content."""
    page.file_uploader[0].set_value([(name, content, "image/png") for name, content in files.items()])
    return page.run()


def symbols(page: AppTest) -> str:
    """The large symbols, one for each file that was read."""
    return " ".join(each.proto.body for each in page.get("html"))


def test_the_limits_are_told_before_anything_is_chosen(page: AppTest) -> None:
    """The page names formats, size and number before a file is chosen, and takes no larger one."""
    assert not page.exception
    assert "PNG, JPEG" in page.markdown[0].value
    assert "up to 20 MB a file, at most 100 files" in page.markdown[0].value
    assert page.file_uploader[0].proto.max_upload_size_mb == 20


def test_each_file_of_several_is_read(page: AppTest) -> None:
    """Every file shows its own digit."""
    upload(page, three=png(drawing(3)), zero=png(drawing(0)))
    assert not page.exception
    assert ">3" in symbols(page)
    assert ">0" in symbols(page)


def test_a_bad_file_is_named_and_fails_alone(page: AppTest) -> None:
    """A file that is no picture says why; the others are read all the same."""
    upload(page, three=png(drawing(3)), notes=b"dear diary", blank=BLANK)
    assert [text.value for text in page.text] == ["three", "notes", "blank"]
    assert [error.value[:25] for error in page.error] == ["This is not a picture; PN"]
    assert ">3" in symbols(page)


def test_uploading_alone_enters_no_history(page: AppTest, workspace: Workspace) -> None:
    """Files are read and shown; nothing is kept."""
    upload(page, three=png(drawing(3)))
    assert [*workspace.history.page().readings] == []


def test_keep_enters_each_readable_file_exactly_once(page: AppTest, workspace: Workspace) -> None:
    """Keep enters what could be read, as a batch and under its name, however often it is pressed."""
    upload(page, three=png(drawing(3)), notes=b"dear diary", zero=png(drawing(0)), blank=BLANK)
    keep = page.button(key="upload_keep")
    assert keep.label == "Keep 2 readings"
    keep.click().run()
    keep.click().run()
    rows = [*workspace.history.page().readings]
    assert sorted(row.file_name or "" for row in rows) == ["three", "zero"]
    assert {row.source for row in rows} == {Source.BATCH}


def test_a_single_file_is_kept_as_an_upload(page: AppTest, workspace: Workspace) -> None:
    """One file is no batch."""
    upload(page, three=png(drawing(3)))
    page.button(key="upload_keep").click().run()
    [row] = [*workspace.history.page().readings]
    assert row.source is Source.UPLOAD
    assert page.button(key="upload_keep_done").label == f"Kept as number {row.id}"


def test_too_many_files_are_refused_in_words(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """More files than a batch may hold are not read; the page says how many are allowed."""
    monkeypatch.setenv("HWR_MAX_BATCH_FILES", "1")
    page: AppTest = request.getfixturevalue("page")
    upload(page, three=png(drawing(3)), zero=png(drawing(0)))
    assert page.error[0].value == "2 files were chosen; at most 1 can be read at once."


def test_the_enhancement_level_reaches_the_history(page: AppTest, workspace: Workspace) -> None:
    """What is kept is what was read at the level chosen; a new level is a new reading, which may be kept too."""
    upload(page, three=png(drawing(3)))
    page.button(key="upload_keep").click().run()
    page.slider(key="upload_level").set_value(2.0).run()
    page.button(key="upload_keep").click().run()
    assert len([*workspace.history.page().readings]) == 2


def test_numbers_are_read_whole(page: AppTest) -> None:
    """Where numbers are chosen, each file shows all its digits and how sure they are; a bad file fails alone."""
    page.segmented_control(key="upload_kind").set_value("Numbers")
    page.run()
    upload(page, pi=png(number("3141")), notes=b"dear diary")
    assert not page.exception
    assert ">3141" in symbols(page)
    assert [error.value[:25] for error in page.error] == ["This is neither a picture"]
