"""Figures of whole numbers, and the queues of those to judge, against the same counted in plain Python."""

from collections import defaultdict

import numpy as np
import pytest

from hwr_core.analytics.numbers import NumberDimension
from hwr_core.app.workspace import Workspace
from hwr_core.errors import InvalidValue, UserNotFound
from hwr_core.recognition.types import NumberLine, NumberPrediction
from hwr_core.records.number_filter import NumberFilter
from hwr_core.records.number_rows import NewNumber, NumberRecord
from hwr_core.records.predictions import Source
from hwr_core.review.number_queue import NumberOrder


def prediction(text: str, confidence: float, *, accept: bool, fits: bool | None) -> NumberPrediction:
    """Return a number as it may be read."""
    line = NumberLine(text, confidence, (0, 0, 9, 9), 0, accept, fits=fits)
    return NumberPrediction(text, confidence, (), (line,), 1, "version", 0.01, accept=accept, fits=fits)


@pytest.fixture
def numbers(workspace: Workspace) -> list[NumberRecord]:
    """Eighty numbers of two users, half of them judged."""
    rng = np.random.default_rng(5)
    ada = workspace.users.create("ada").id
    new = []
    for _ in range(80):
        confidence = float(rng.uniform())
        pattern = str(rng.choice(["luhn", "digits 4", ""])) or None
        fits = bool(rng.uniform() < 0.8) if pattern else None
        found = prediction(
            str(rng.integers(1000, 9999)), confidence, accept=confidence > 0.6 and fits is not False, fits=fits
        )
        source = Source.FORM if rng.uniform() < 0.5 else Source.UPLOAD
        new.append(NewNumber(ada if rng.uniform() < 0.3 else 1, source, found, 0.02, pattern))
    records = workspace.numbers.add_all(new)
    for record in records[::2]:
        workspace.numbers.correct(record.id, "1" if rng.uniform() < 0.2 else record.number.text)
    return workspace.numbers.several([record.id for record in records])


def test_figures_count_what_was_read_accepted_and_right(workspace: Workspace, numbers: list[NumberRecord]) -> None:
    """Of all, and of those that a filter selects."""
    for chosen, rows in (
        (NumberFilter(), numbers),
        (NumberFilter(source=Source.FORM), [each for each in numbers if each.source is Source.FORM]),
    ):
        figures = workspace.analytics.numbers(chosen)
        judged = [each for each in rows if each.label]
        accepted = [each for each in judged if each.number.accept]
        assert figures.numbers == len(rows)
        assert figures.accepted == sum(each.number.accept for each in rows)
        assert (figures.whole.right, figures.whole.total) == (sum(bool(each.is_right) for each in judged), len(judged))
        assert figures.accepted_right.right == sum(bool(each.is_right) for each in accepted)
        assert figures.accepted_right.total == len(accepted)
        assert figures.promised == pytest.approx(0.02)


def test_without_numbers_nothing_is_promised(workspace: Workspace) -> None:
    """Shares of nothing are unknown; a user who does not exist is refused."""
    figures = workspace.analytics.numbers()
    assert (figures.numbers, figures.whole.share, figures.promised) == (0, None, None)
    with pytest.raises(UserNotFound):
        workspace.analytics.numbers(NumberFilter(user_id=9))
    with pytest.raises(UserNotFound):
        workspace.analytics.numbers_by(NumberFilter(user_id=9), by=NumberDimension.USER)


@pytest.mark.parametrize("by", NumberDimension)
def test_numbers_are_told_apart(workspace: Workspace, numbers: list[NumberRecord], by: NumberDimension) -> None:
    """By pattern, source, user and model version."""
    names = {user.id: user.username for user in workspace.users.all()}
    groups: dict[str, list[NumberRecord]] = defaultdict(list)
    for record in numbers:
        value = {
            NumberDimension.PATTERN: record.pattern or "none",
            NumberDimension.SOURCE: record.source.value,
            NumberDimension.USER: names[record.user_id],
            NumberDimension.MODEL_VERSION: record.number.model_version,
        }[by]
        groups[value].append(record)
    table = workspace.analytics.numbers_by(by=by)
    assert table["numbers"].is_monotonic_decreasing
    assert dict(zip(table["value"], table["numbers"], strict=True)) == {
        name: len(rows) for name, rows in groups.items()
    }
    for row in table.to_dict("records"):
        rows = groups[row["value"]]
        assert row["labelled"] == sum(each.label is not None for each in rows)
        assert row["right"] == sum(bool(each.is_right) for each in rows)
        assert row["accepted_right"] == sum(bool(each.is_right) and each.number.accept for each in rows)


def test_queues_hold_what_nobody_has_judged(workspace: Workspace, numbers: list[NumberRecord]) -> None:
    """The least sure first, those that break their pattern, and accepted ones in an order that stays."""
    waiting = [each for each in numbers if each.label is None]
    least = workspace.number_review.page(NumberOrder.LEAST_SURE, limit=100)
    unsure = [each for each in waiting if not each.number.accept]
    assert least == sorted(unsure, key=lambda each: each.number.confidence)
    broken = workspace.number_review.page(NumberOrder.BROKEN, limit=100)
    assert {each.id for each in broken} == {each.id for each in waiting if each.number.fits is False}
    accepted = workspace.number_review.page(NumberOrder.ACCEPTED, limit=100)
    assert {each.id for each in accepted} == {each.id for each in waiting if each.number.accept}
    assert [each.id for each in accepted] != sorted(each.id for each in accepted)
    assert workspace.number_review.page(NumberOrder.ACCEPTED, limit=3) == accepted[:3]
    doubted = workspace.number_review.page(NumberOrder.DOUBTED, limit=100)
    wrong = [each for each in numbers if each.is_right is False]
    assert doubted == sorted(wrong, key=lambda each: -each.number.confidence)
    for order, queue in zip(NumberOrder, (least, broken, accepted, doubted), strict=True):
        assert workspace.number_review.count(order) == len(queue)
    workspace.numbers.correct(accepted[0].id, accepted[0].number.text)
    assert workspace.number_review.page(NumberOrder.ACCEPTED, limit=100) == accepted[1:]
    workspace.numbers.correct(doubted[0].id, "1")  # said again: no longer doubted
    workspace.numbers.correct(doubted[1].id, doubted[1].number.text)
    assert [each.id for each in workspace.number_review.page(NumberOrder.DOUBTED)] == [each.id for each in doubted[2:]]
    with pytest.raises(InvalidValue, match="limit is 0"):
        workspace.number_review.page(NumberOrder.BROKEN, limit=0)
