"""Records -> HTML for a notebook: images, bars and tables, by pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from functools import singledispatch
from html import escape

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.dataset import Dataset
from hwr_core.datasets.samples import Samples
from hwr_core.evaluation.compare import Comparison
from hwr_core.evaluation.evaluate import Evaluation
from hwr_core.evaluation.mistakes import Mistakes
from hwr_core.images.encode import data_url
from hwr_core.images.types import Grey
from hwr_core.notebook.versions import LoadedVersion
from hwr_core.recognition.pipeline import Explanation
from hwr_core.recognition.types import NONE, NOT_A_DIGIT, NumberPrediction, Prediction, Verdict
from hwr_core.records.predictions import PredictionRecord
from hwr_core.registry.registry import ModelVersion
from hwr_core.statistics import Proportion

ACCENT, LINE = "#3f82e0", "#9aa7b555"
MOST = 50
"""Images that a grid shows at most."""
CELL = 56
"""Height of an image in a grid, in pixels."""
LARGEST = 160
"""Longer side of an image in the page, in pixels: a phone's photo would be megabytes."""

VERDICTS: Mapping[Verdict, str] = {
    Verdict.DIGIT: "a digit",
    Verdict.UNSURE: "a digit, but not sure",
    Verdict.NOT_A_DIGIT: "not a digit",
    Verdict.NO_INK: "no ink",
}


@singledispatch
def as_html(record: object) -> str:
    """Return what a notebook shows of a record; its text where it has no display here."""
    return f"<pre>{escape(repr(record))}</pre>"


@as_html.register
def _prediction(prediction: Prediction) -> str:
    head = "–" if prediction.digit is None else str(prediction.digit)
    words = VERDICTS[prediction.verdict] + (", several digits" if prediction.several_digits else "")
    about = f"{words}, {prediction.confidence:.1%}" if prediction.verdict.names_a_digit else words
    seen = "" if prediction.seen is None else image(prediction.seen, height=112)
    bars = "".join(_bar(str(digit), share) for digit, share in enumerate(prediction.probabilities))
    return (
        f"<div style='display:flex;gap:16px;align-items:center'>{seen}<div style='text-align:center'>"
        f"<div style='font-size:40px;line-height:1'>{head}</div><small>{about}</small></div>"
        f"<table style='margin:0'>{bars}</table></div>{_small(prediction.model_version)}"
    )


@as_html.register
def _record(record: PredictionRecord) -> str:
    label = "" if record.label is None else f", labelled {NONE if record.label.digit is None else record.label.digit}"
    made = f"prediction {record.id}, {record.timestamp:%Y-%m-%d %H:%M} UTC"
    return as_html(record.prediction) + _small(made + label)


@as_html.register
def _number(found: NumberPrediction) -> str:
    warnings = "".join(_small(warning) for warning in found.warnings)
    if not found.digits:
        return f"<div>no digits</div>{warnings}{_small(found.model_version)}"
    lines = [(line.text, f"{line.confidence:.1%}", line.page + 1, len(line.text)) for line in found.lines]
    summary = f"probability that all digits are correct: {found.confidence:.1%}; {found.seconds:.2f} s"
    table = _table(("line", "confidence", "page", "digits"), lines)
    return f"{table}{warnings}{_small(f'{summary}; {found.model_version}')}"


@as_html.register
def _explanation(explained: Explanation) -> str:
    return grid((stage.image, stage.title) for stage in explained.stages) + as_html(explained.prediction)


@as_html.register
def _samples(samples: Samples) -> str:
    return _labelled(samples.images[:MOST], samples.labels[:MOST]) + _small(f"{len(samples):,} samples of 28x28")


@as_html.register
def _dataset(dataset: Dataset) -> str:
    """The first images of each label by turns, so that a set sorted by label shows them all."""
    turns = np.zeros(len(dataset), int)
    for label in np.unique(dataset.labels):
        of_label = dataset.labels == label
        turns[of_label] = np.arange(int(of_label.sum()))
    selected = np.lexsort((dataset.labels, turns))[:MOST]
    images = _labelled([dataset.images[place] for place in selected], dataset.labels[selected])
    return images + _small(f"{dataset.name}: {dataset.about}; {len(dataset):,} images")


@as_html.register
def _mistakes(mistakes: Mistakes) -> str:
    captions = (f"{_digit(each.label)} as {_digit(each.answer)}, {each.confidence:.0%}" for each in mistakes)
    images = grid(zip((each.seen for each in mistakes), captions, strict=True))
    return images + _small(f"{mistakes.total:,} wrong on {mistakes.suite}; {mistakes.version}")


@as_html.register
def _evaluation(evaluation: Evaluation) -> str:
    figures = evaluation.figures
    rows = [("all", *_share_cells(figures.accuracy))]
    rows += [(group, *_share_cells(share)) for group, share in figures.per_group.items()]
    rows += [(f"label {label}", *_share_cells(share)) for label, share in figures.per_label.items()]
    error = "" if figures.calibration_error is None else f"calibration error {figures.calibration_error:.1%}; "
    return _table(("", "right", "of", "share", "95 % interval"), rows) + _small(
        f"{evaluation.suite}: {evaluation.about}; {figures.refused:,} refused; "
        f"{figures.taken_for_digits:,} of {figures.others:,} images without a digit taken for digits; {error}"
        f"{figures.milliseconds:.1f} ms an image; {evaluation.version}"
    )


@as_html.register
def _comparison(found: Comparison) -> str:
    rows = [
        (side.version, *_share_cells(side.figures.accuracy), f"{only:,}")
        for side, only in ((found.one, found.only_one), (found.other, found.only_other))
    ]
    table = _table((found.suite, "right", "of", "share", "95 % interval", "only this one right"), rows)
    differences = [each for each in found.differences if each.seen is not None][:MOST]
    captions = (f"{_digit(each.label)}: {_digit(each.one)}, {_digit(each.other)}" for each in differences)
    images = grid(zip((each.seen for each in differences if each.seen is not None), captions, strict=True))
    return f"<div>{escape(found.verdict)}</div>{table}{images}"


@as_html.register
def _loaded(loaded: LoadedVersion) -> str:
    return as_html(loaded.version)


@as_html.register
def _version(version: ModelVersion) -> str:
    card = version.card
    facts = [
        ("made", f"{card.created_at:%Y-%m-%d %H:%M} UTC"),
        ("network", f"{card.architecture}, {card.parameters:,} parameters, {version.size / 1e6:.1f} MB"),
        ("learned from", ", ".join(f"{used.name} ({used.training:,})" for used in card.data)),
        ("test accuracy", "not known" if card.test_accuracy is None else f"{card.test_accuracy:.2%}"),
        ("calibration error", f"{card.calibration_error:.2%}"),
        ("lines of digits", "no" if card.lines is None else "yes"),
        ("command", card.how),
    ]
    return f"<div><b>{escape(version.name)}</b></div>{_table(('', ''), facts)}"


def image(grey: Grey, *, height: int = CELL) -> str:
    """Return an image element with the image in it, its pixels left visible."""
    style = f"height:{height}px;image-rendering:pixelated;border:1px solid {LINE}"
    return f"<img alt='' style='{style}' src='{data_url(_shrunk(grey))}'>"


def grid(images: Iterable[tuple[Grey, str]]) -> str:
    """Return images side by side, each with its caption below."""
    cells = "".join(
        f"<figure style='margin:0;text-align:center'>{image(grey)}"
        f"<figcaption style='font-size:11px'>{escape(caption)}</figcaption></figure>"
        for grey, caption in images
    )
    return f"<div style='display:flex;flex-wrap:wrap;gap:8px'>{cells}</div>"


def _labelled(images: Sequence[Grey] | NDArray[np.uint8], labels: NDArray[np.uint8]) -> str:
    return grid(zip(images, (_name(label) for label in labels.tolist()), strict=True))


def _name(label: int) -> str:
    return _digit(None if label == NOT_A_DIGIT else label)


def _digit(digit: int | None) -> str:
    return NONE if digit is None else str(digit)


def _shrunk(grey: Grey) -> Grey:
    factor = max(grey.shape) / LARGEST
    if factor <= 1:
        return grey
    size = (max(1, round(grey.shape[1] / factor)), max(1, round(grey.shape[0] / factor)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _bar(name: str, share: float) -> str:
    bar = f"<div style='background:{ACCENT};height:8px;width:{100 * share:.1f}px'></div>"
    return (
        f"<tr style='background:none'><td style='padding:0 6px'>{name}</td><td style='padding:0;width:100px'>{bar}</td>"
        f"<td style='padding:0 6px'>{share:.1%}</td></tr>"
    )


def _share_cells(share: Proportion) -> tuple[str, str, str, str]:
    if share.share is None:
        return f"{share.right:,}", f"{share.total:,}", "", ""
    return f"{share.right:,}", f"{share.total:,}", f"{share.share:.2%}", f"{share.low:.2%} to {share.high:.2%}"


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table of texts and figures."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names) if any(names) else ""
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _small(text: str) -> str:
    return f"<div style='opacity:.7;font-size:12px'>{escape(text)}</div>"
