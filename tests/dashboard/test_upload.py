"""The Upload page."""

import io
from zipfile import ZipFile

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.labelling import session as labelling_session
from dashboard.views.upload.results import FEW
from hwr_core.app.workspace import Workspace
from hwr_core.records.predictions import Source
from tests.handwriting import drawing, number, png

BLANK = png(np.full((60, 60), 255, np.uint8))


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these tests press faster than a user could look."""
    monkeypatch.setattr(labelling_session, "TOO_SOON", 0.0)


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The Upload page, without files."""
    return app.switch_page("app_pages/upload.py").run()


def upload(page: AppTest, **files: bytes) -> AppTest:
    """Upload files, given as name and content."""
    page.file_uploader[0].set_value([(name, content, "image/png") for name, content in files.items()])
    return page.run()


def zipped(**files: bytes) -> bytes:
    """A ZIP archive of these files."""
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"scans/{name}", content)
    return stream.getvalue()


def symbols(page: AppTest) -> str:
    """The large symbols, one for each file that was read."""
    return " ".join(each.proto.body for each in page.get("html"))


def test_the_limits_are_told_before_anything_is_chosen(page: AppTest) -> None:
    """The page names formats, size and number before a file is chosen, and takes no larger one."""
    assert not page.exception
    assert "PNG, JPEG" in page.markdown[0].value
    assert "up to 20 MB per file and 100 files at once" in page.markdown[0].value
    assert page.file_uploader[0].proto.max_upload_size_mb == 20


def test_each_file_of_several_is_read(page: AppTest) -> None:
    """Every file shows its own digit."""
    upload(page, three=png(drawing(3)), zero=png(drawing(0)))
    assert not page.exception
    assert ">3" in symbols(page)
    assert ">0" in symbols(page)


def test_a_bad_file_is_named_and_fails_alone(page: AppTest) -> None:
    """A file that is no image says why; the others are read all the same."""
    upload(page, three=png(drawing(3)), notes=b"dear diary", blank=BLANK)
    assert [text.value for text in page.text] == ["three", "blank", "notes"]
    assert [error.value[:20] for error in page.error] == ["This is not an image"]
    assert ">3" in symbols(page)


def test_uploading_alone_enters_no_history(page: AppTest, workspace: Workspace) -> None:
    """Files are read and shown; nothing is stored."""
    upload(page, three=png(drawing(3)))
    assert [*workspace.history.page().predictions] == []


def test_save_stores_each_readable_file_exactly_once(page: AppTest, workspace: Workspace) -> None:
    """Save stores what could be read, as a batch and under its name, however often it is pressed."""
    upload(page, three=png(drawing(3)), notes=b"dear diary", zero=png(drawing(0)), blank=BLANK)
    save = page.button(key="upload_save")
    assert save.label == "Save 2 predictions"
    save.click().run()
    save.click().run()
    rows = [*workspace.history.page().predictions]
    assert sorted(row.file_name or "" for row in rows) == ["three", "zero"]
    assert {row.source for row in rows} == {Source.BATCH}


def test_a_single_file_is_saved_as_an_upload(page: AppTest, workspace: Workspace) -> None:
    """One file is no batch."""
    upload(page, three=png(drawing(3)))
    page.button(key="upload_save").click().run()
    [row] = [*workspace.history.page().predictions]
    assert row.source is Source.UPLOAD
    assert page.button(key="upload_save_done").label == f"Saved as prediction {row.id}"


def test_too_many_files_are_refused_in_words(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """More files than a batch may hold are not read; the page says how many are allowed."""
    monkeypatch.setenv("HWR_MAX_BATCH_FILES", "1")
    page: AppTest = request.getfixturevalue("page")
    upload(page, three=png(drawing(3)), zero=png(drawing(0)))
    assert page.error[0].value == "There are 2 files; at most 1 can be read at once."


def test_the_enhancement_level_reaches_the_history(page: AppTest, workspace: Workspace) -> None:
    """What is kept is what was read at the level chosen; a new level is a new prediction, which may be kept too."""
    upload(page, three=png(drawing(3)))
    page.button(key="upload_save").click().run()
    page.slider(key="upload_level").set_value(2.0).run()
    page.button(key="upload_save").click().run()
    assert len([*workspace.history.page().predictions]) == 2


def test_numbers_are_read_whole(page: AppTest) -> None:
    """Where numbers are chosen, each file shows all its digits and how sure they are; a bad file fails alone."""
    page.segmented_control(key="upload_kind").set_value("Numbers")
    page.run()
    upload(page, pi=png(number("3141")), notes=b"dear diary")
    assert not page.exception
    assert ">3141" in symbols(page)
    assert [error.value[:20] for error in page.error] == ["This is neither an i"]


def test_a_number_is_corrected_and_saved_once(page: AppTest, workspace: Workspace) -> None:
    """Nothing is saved before; what the user typed is the user's word on the number, whose file is kept."""
    page.run()
    page.segmented_control(key="upload_kind").set_value("Numbers").run()
    image = png(number("3141"))
    upload(page, pi=image)
    assert workspace.numbers.count() == 0
    [text] = page.text_area
    assert text.value == "3141"
    text.set_value("3147")
    next(button for button in page.button if button.label == "Save").click().run()
    assert [each.value for each in page.success] == ["Saved as number 1, corrected."]
    page.run()
    [kept] = workspace.numbers.page().numbers
    assert kept.label is not None
    assert (kept.number.text, kept.label.text, workspace.numbers.upload(kept.id)) == ("3141", "3147", image)


def test_what_was_not_read_of_a_number_is_said(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the digits stands what is missing."""
    monkeypatch.setattr("hwr_core.recognition.recogniser.Recogniser.finds_numbers", False)  # as older versions
    monkeypatch.setattr("hwr_core.images.lines.segmentation.MOST_PARTS", 3)
    page.segmented_control(key="upload_kind").set_value("Numbers")
    page.run()
    upload(page, pi=png(number("31415")))
    assert [warning.value[:30] for warning in page.warning] == ["5 separate marks were found; o"]


@pytest.mark.parametrize(("max_error", "words"), [("0.5", "accepted"), ("1e-9", "check this")])
def test_a_number_says_whether_it_has_to_be_checked(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, max_error: str, words: str
) -> None:
    """One short number beside its probability, more of them in a column."""
    monkeypatch.setenv("HWR_MAX_ERROR", max_error)
    page: AppTest = request.getfixturevalue("page")
    page.segmented_control(key="upload_kind").set_value("Numbers")
    page.run()
    both = np.vstack([number("3141"), number("2718")])
    upload(page, pi=png(number("3141")), both=png(both))
    assert not page.exception
    assert any(f"badge[{words}]" in each.value for each in page.markdown)
    [table] = [each.value for each in page.dataframe if "Accept" in each.value]
    assert table["Accept"].tolist() == [words] * 2


def test_nothing_uploaded_says_what_may_be(page: AppTest) -> None:
    """The empty page says what suits, that nothing is kept by itself, and where else to go."""
    assert any("until you press Save" in each.value for each in page.caption)
    assert [link.proto.page for link in page.get("page_link") if "Draw a digit" in link.proto.label] == ["draw"]


def test_images_of_an_archive_are_read_like_files(page: AppTest, workspace: Workspace) -> None:
    """A ZIP beside an image: all are read, shown under their names, and kept as one batch."""
    upload(page, three=png(drawing(3)), more=zipped(zero=png(drawing(0)), notes=b"dear diary"))
    assert not page.exception
    assert {text.value for text in page.text} == {"three", "scans/zero", "scans/notes"}
    page.button(key="upload_save").click().run()
    rows = workspace.history.page().predictions
    assert sorted(row.file_name or "" for row in rows) == ["scans/zero", "three"]
    assert {row.source for row in rows} == {Source.BATCH}


def test_a_bad_archive_is_named_and_fails_alone(page: AppTest) -> None:
    """An archive that cannot be read says why under its name; the files beside it are read all the same."""
    upload(page, broken=zipped(zero=png(drawing(0)))[:-30], three=png(drawing(3)))
    assert page.text[0].value == "broken"
    assert page.error[0].value == "This is no ZIP archive, or it is damaged."
    assert ">3" in symbols(page)


def test_an_archive_may_hold_no_more_than_a_batch(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The limit on files is the same whether they are packed or not."""
    monkeypatch.setenv("HWR_MAX_BATCH_FILES", "1")
    page: AppTest = request.getfixturevalue("page")
    upload(page, many=zipped(three=png(drawing(3)), zero=png(drawing(0))))
    assert "at most 1 are allowed" in page.error[0].value


def test_numbers_in_an_archive_are_read_whole(page: AppTest) -> None:
    """Where numbers are chosen, each image of a ZIP shows all its digits."""
    page.segmented_control(key="upload_kind").set_value("Numbers")
    page.run()
    upload(page, pages=zipped(pi=png(number("3141")), e=png(number("2718"))))
    assert not page.exception
    assert ">3141" in symbols(page)
    assert ">2718" in symbols(page)


def test_what_became_of_the_images_is_counted_and_chosen(page: AppTest) -> None:
    """A choice says how many were read and how many not, and shows only those that are asked for."""
    upload(page, three=png(drawing(3)), notes=b"dear diary", zero=png(drawing(0)), blank=BLANK)
    groups = page.button_group(key="upload_group")
    assert [option.content for option in groups.proto.options] == [
        "All 4",
        "Read 2",
        "Unsure 0",
        "Not a digit 1",
        "Unreadable 1",
    ]
    groups.set_value("Not a digit").run()
    assert [text.value for text in page.text] == ["blank"]
    page.button_group(key="upload_group").set_value("Unsure").run()
    assert page.caption[-1].value == "No images in this group."


def test_many_images_stand_in_a_table(page: AppTest) -> None:
    """Too many for cards: a row for each, with what was read, and the same to take along."""
    images = {f"{n:02}": png(drawing(n % 10, pen=12 + n % 9)) for n in range(FEW + 1)}
    upload(page, many=zipped(**images))
    assert not page.exception
    shown, to_take_along = (each.value for each in page.dataframe)
    assert len(shown) == len(to_take_along) == FEW + 1
    confidences = to_take_along.set_index("file").loc[shown["File"], "confidence"].tolist()
    assert confidences == sorted(confidences)
    assert to_take_along["digit"].tolist()[:3] == [0, 1, 2]


def test_an_empty_archive_says_what_is_allowed(page: AppTest) -> None:
    """What was wrong stands under its name, and nothing else is shown for it."""
    upload(page, empty=zipped())
    assert not page.exception
    assert page.error[0].value.startswith("The archive holds no images; PNG")
    assert "No images in this group." not in {each.value for each in page.caption}


def test_example_images_are_read_where_none_are_at_hand(page: AppTest, workspace: Workspace) -> None:
    """By one click, of either kind, one of them or all, as if they were files; Remove all removes them too."""
    next(button for button in page.button if button.label == "Faint pencil").click().run()
    assert not page.exception
    assert ">4<" in symbols(page)
    page.button(key="upload_save").click().run()
    assert [row.file_name for row in workspace.history.page().predictions] == ["example, faint pencil.png"]
    page.button(key="upload_remove").click().run()
    page.button(key="upload_all").click().run()
    options = page.button_group(key="upload_group").proto.options
    assert [option.content for option in options][:2] == ["All 5", "Read 4"]
    page.segmented_control(key="upload_kind").set_value("Numbers").run()
    assert not page.exception
    next(button for button in page.button if button.label == "A number").click().run()
    assert ">20486" in symbols(page)
    upload(page, three=png(number("33")))
    assert ">33" in symbols(page)


def labels(workspace: Workspace) -> dict[str | None, int | None]:
    """The labels that are stored, by the files' names."""
    rows = workspace.history.page().predictions
    return {row.file_name: row.label.digit for row in rows if row.label is not None}


def test_a_label_saves_its_image_and_the_next_one_follows(page: AppTest, workspace: Workspace) -> None:
    """The buttons are those of Review: one saves the image with its label, and Undo removes the label again."""
    upload(page, three=png(drawing(3)), zero=png(drawing(0)))
    order = [text.value for text in page.text]
    pressed = [button for button in page.button if button.label == "Not a digit"]
    pressed[0].click().run()
    assert not page.exception
    assert labels(workspace) == {order[0]: None}
    assert len(workspace.history.page().predictions) == 1
    assert page.button(key="upload_save").label == "Save"  # the one that is left
    next(button for button in page.button if button.label == "Undo").click().run()
    assert labels(workspace) == {}


def test_an_image_is_labelled_again_where_it_is_listed(page: AppTest, workspace: Workspace) -> None:
    """From its card one click makes it the current one; its label stands on the card and in the file to take along."""
    upload(page, three=png(drawing(3)), zero=png(drawing(0)))
    first = page.text[0].value
    for label in ("5", "6"):
        button = next(each for each in page.button if each.label in ("Label", "Change label") and not each.disabled)
        if label == "6":
            button.click().run()
        next(each for each in page.button if each.label == label).click().run()
        assert labels(workspace)[first] == int(label)
    table = page.dataframe[-1].value.set_index("file")
    assert table.loc[first, ["is_labelled", "label"]].tolist() == [True, 6]
    assert any("Wrong: 6" in each.value for each in page.markdown)


def test_unsure_images_come_first(page: AppTest) -> None:
    """Whoever labels only a few labels those that need it; a file that cannot be read comes last."""
    page.button(key="upload_all").click().run()
    [table] = [each.value for each in page.dataframe]
    order = [text.value for text in page.text]
    verdicts = table.set_index("file").loc[order, "verdict"].tolist()
    assert verdicts == sorted(verdicts, key=["unsure", "not_a_digit", "digit", "no_ink", "not_readable"].index)
    assert len({*verdicts}) > 1


def test_each_kind_keeps_its_files(page: AppTest) -> None:
    """Whoever looks at the other kind, or another page, finds the files again; one button removes them."""
    upload(page, three=png(drawing(3)))
    page.segmented_control(key="upload_kind").set_value("Numbers").run()
    assert ">3" not in symbols(page)
    upload(page, pi=png(number("3141")))
    assert ">3141" in symbols(page)
    page.switch_page("app_pages/history.py").run()
    page.switch_page("app_pages/upload.py").run()
    assert ">3141" in symbols(page)
    page.segmented_control(key="upload_kind").set_value("One digit").run()
    assert not page.exception
    assert ">3<" in symbols(page)
    assert any("Chosen: three" in each.value for each in page.caption)
    next(button for button in page.button if button.label == "4").click().run()
    page.button(key="upload_remove").click().run()
    assert ">3<" not in symbols(page)
    upload(page, zero=png(drawing(0)))
    assert next(button for button in page.button if button.label == "Undo").disabled  # nothing of what is here
