"""A month of predictions for tests that look back: real drawings, some judged, some unsure, some refused."""

from datetime import UTC, datetime, timedelta

import numpy as np

from hwr_core.app.workspace import Workspace
from hwr_core.images.strokes import draw, place
from hwr_core.images.types import Grey
from hwr_core.records.forms import FormField
from hwr_core.records.predictions import NewPrediction, PredictionRecord, Source, record_predictions
from hwr_core.records.uploads import Upload, Uploads
from hwr_core.settings import Settings
from tests import made_forms
from tests.handwriting import drawing, hand_made_strokes, png

DAYS = 28
SOURCES = (Source.DRAWING, Source.UPLOAD, Source.API)
JUDGED = 0.4
"""Share of predictions that somebody says something of."""


def live_through(settings: Settings, *, predictions: int = 150, seed: int = 5) -> None:
    """Fill a data folder with predictions of two people, spread over four weeks and today."""
    rng = np.random.default_rng(seed)
    with Workspace(settings) as workspace:
        users = [1, workspace.users.create("Ada").id]
        digits = rng.integers(0, 10, predictions).tolist()
        files = [png(_written(digit, rng)) for digit in digits]
        moments = sorted(
            datetime.now(UTC) - timedelta(days=days) for days in rng.uniform(0, DAYS, predictions).tolist()
        )
        rows = [
            NewPrediction(
                user_id=int(rng.choice(users)),
                source=SOURCES[int(rng.integers(len(SOURCES)))],
                prediction=workspace.read(file),
                upload=Upload.of(file),
                created_at=moment,
            )
            for file, moment in zip(files, moments, strict=True)
        ]
        with workspace.store.writing() as cursor:
            kept = record_predictions(cursor, rows, Uploads.of(settings))
        for prediction, digit in zip(kept, digits, strict=True):
            assert isinstance(prediction, PredictionRecord)
            if rng.uniform() < JUDGED:
                workspace.feedback.give(prediction.id, actual_digit=digit)
        _read_a_form(workspace, rng)


def _read_a_form(workspace: Workspace, rng: np.random.Generator) -> None:
    """Draw a form, read two scans of it, and judge some of the numbers, one of them as misread."""
    fields = [FormField(each.name, each.box, each.pattern) for each in made_forms.FIELDS]
    form = workspace.add_form(made_forms.NAME, png(made_forms.empty()), fields)
    scans = [(f"{name}.png", png(made_forms.drawn(made_forms.values(rng)))) for name in ("ada", "bob")]
    cells = [cell for row in workspace.read_forms(form.id, scans).rows for cell in row.cells]
    for number, cell in enumerate(cells[::2]):
        assert cell.number_id is not None
        workspace.numbers.correct(cell.number_id, cell.text if number else "17")


def _written(digit: int, rng: np.random.Generator) -> Grey:
    """A digit in a hand of its own, now and then so shaken that it is hard to read."""
    if rng.uniform() < 0.8:
        return drawing(digit, pen=rng.uniform(8, 28), fill=rng.uniform(0.4, 0.9))
    shaken = [stroke + rng.normal(0, 0.05, stroke.shape).astype(np.float32) for stroke in hand_made_strokes(digit)]
    return draw(place(shaken, side=280, fill=0.7), side=280, pen=14)
