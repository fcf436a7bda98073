"""Documents are read page by page, stop when they are to, and say how long they may take."""

import io

import numpy as np
import pytest
from PIL import Image

from hwr_core.app.workspace import Workspace
from hwr_core.errors import ImageError, Stopped, TakesTooLong
from hwr_core.recognition.types import NumberPrediction
from hwr_core.records.predictions import Source
from hwr_core.settings import Settings
from tests.handwriting import number, png


def document(*pages: str) -> bytes:
    """A TIFF with a page for each text of several lines."""
    images = [Image.fromarray(np.vstack([number(line) for line in page.split()])) for page in pages]
    stream = io.BytesIO()
    images[0].save(stream, "TIFF", save_all=True, append_images=images[1:])
    return stream.getvalue()


def test_pages_come_one_by_one_and_progress_line_by_line(workspace: Workspace) -> None:
    """After each page all that is read so far, the whole at last."""
    shares: list[float] = []
    so_far: list[NumberPrediction] = []
    whole = workspace.read_number(document("27 18", "28 18"), on_progress=shares.append, on_page=so_far.append)
    assert whole.text == "27\n18\n28\n18"
    assert [(found.text, found.pages) for found in so_far] == [("27\n18", 1), (whole.text, 2)]
    assert so_far[-1].confidence == whole.confidence < so_far[0].confidence
    assert shares == sorted(shares)
    assert {0.0, 0.5, 1.0} <= set(shares)
    assert len({share for share in shares if share < 0.5}) > 4


def test_a_prediction_that_is_no_longer_wanted_stops_at_the_next_line(workspace: Workspace) -> None:
    """What progress raises comes out, and the next document has its turn."""
    seen: list[float] = []

    def leave(share: float) -> None:
        seen.append(share)
        if share >= 0.25:
            raise Stopped("The client is gone.")

    with pytest.raises(Stopped):
        workspace.read_number(document("27 18", "28 18"), on_progress=leave)
    assert 0.25 <= max(seen) < 0.5
    assert workspace.read_number(png(number("27"))).text == "27"


def test_a_document_that_takes_too_long_is_given_up(settings: Settings) -> None:
    """The error says how far it came, how long that took, and what is allowed."""
    hurried = settings.model_copy(update={"number_seconds": 1e-4})
    with Workspace(hurried) as workspace, pytest.raises(TakesTooLong, match=r"at most 0\.0001 seconds") as refused:
        workspace.read_number(document("27 18", "28 18"))
    assert isinstance(refused.value, ImageError)
    assert "% of the document was read" in str(refused.value)


def test_warnings_name_the_page(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a document of several pages, the reader has to know which one to look at."""
    monkeypatch.setattr("hwr_core.recognition.recogniser.Recogniser.finds_numbers", False)  # as older versions
    monkeypatch.setattr("hwr_core.images.lines.segmentation.MOST_PARTS", 2)
    found = workspace.read_number(document("27", "314"))
    assert [warning.partition(":")[0] for warning in found.warnings] == ["Page 2"]
    assert workspace.read_number(png(number("314"))).warnings[0].startswith("3 separate marks")


def test_what_is_read_stops_when_the_workspace_closes(settings: Settings) -> None:
    """A long document does not hold up the end of the application."""
    workspace = Workspace(settings)
    outcome = workspace.start_read_and_keep_number(document(*["27 18 28 18"] * 40), source=Source.API)
    workspace.close()
    with pytest.raises(Stopped, match="closing"):
        outcome.result(timeout=60)
