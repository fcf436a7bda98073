"""A version is evaluated on suites, the result is stored with it, and two results can be compared."""

from dataclasses import replace
from zipfile import ZipFile

import numpy as np
import pytest

from hwr_core.datasets.corrupt import CORRUPTIONS
from hwr_core.errors import Conflict, DatasetMissing, InvalidValue, ModelUnavailable, NotFound
from hwr_core.evaluation.answers import (
    Answers,
    accepted,
    edit_distance,
    figures_of,
    joint_calibration_error,
    of_numbers_in_words,
)
from hwr_core.evaluation.compare import common_suites, compare
from hwr_core.evaluation.evaluate import evaluate, evaluations_of, load_answers, load_evaluation
from hwr_core.evaluation.measure import in_a_line
from hwr_core.evaluation.originals import originals_of
from hwr_core.evaluation.suites import SUITES, available_suites, find_suite, folder_suite, gate_suites
from hwr_core.images.normalise import normalise
from hwr_core.recognition.types import NOT_A_DIGIT
from tests.evaluation.conftest import worse_copy
from tests.handwriting import number, png, write_recordings


def answers(labels, given, confidence=None) -> Answers:
    """Answers to made images."""
    labels, given = np.array(labels, np.uint8), np.array(given, np.uint8)
    return Answers(
        labels=labels,
        answers=given,
        confidence=np.array(confidence if confidence is not None else [0.9] * len(labels), np.float32),
        groups=np.array(["a"] * len(labels)),
        seconds=np.full(len(labels), 0.001, np.float32),
        shown=np.flatnonzero(labels != given).astype(np.uint32),
        seen=np.zeros((int((labels != given).sum()), 28, 28), np.uint8),
    )


def test_accepted_numbers_are_counted_with_their_errors():
    """At each error that may be asked for: how many are sure enough, and how many of them are wrong."""
    confidence = np.array([0.999, 0.99, 0.97, 0.96, 0.5])
    right = np.array([True, False, True, True, True])
    one, five = accepted(confidence, right, None)
    assert (one.max_error, one.total, one.accepted, one.wrong, one.coverage, one.error) == (0.01, 5, 2, 1, 0.4, 0.5)
    assert (five.max_error, five.accepted, five.wrong) == (0.05, 4, 1)
    [nothing, _] = accepted(confidence[4:], right[4:], None)
    assert (nothing.coverage, nothing.error) == (0.0, None)


def test_figures_count_what_they_say():
    """Right, wrong, rejected and taken for digits, with the matrix behind them."""
    figures = figures_of(answers([1, 1, 2, 3, 10, 10], [1, 7, 2, 10, 10, 4], [0.9, 0.8, 0.9, 0.4, 0.2, 0.7]))
    assert (figures.accuracy.right, figures.accuracy.total) == (3, 6)
    assert (figures.digits.right, figures.digits.total, figures.refused) == (2, 4, 1)
    assert (figures.others, figures.taken_for_digits) == (2, 1)
    assert figures.confusion[1][7] == figures.confusion[3][NOT_A_DIGIT] == figures.confusion[NOT_A_DIGIT][4] == 1
    assert (figures.per_label["1"].share, figures.per_label["none"].share) == (0.5, 0.5)
    assert figures.accuracy.low < 0.5 < figures.accuracy.high
    assert figures.milliseconds == pytest.approx(1.0)


def test_risk_falls_when_the_least_sure_are_left_unanswered():
    """With confidence that means something, half of the coverage has less risk than all of it."""
    figures = figures_of(answers([1] * 10, [1] * 8 + [2] * 2, [0.99] * 8 + [0.5] * 2))
    by_coverage = {round(each.coverage, 2): each.risk for each in figures.risk}
    assert (by_coverage[0.8], by_coverage[1.0]) == (0.0, pytest.approx(0.2))


def test_suites_are_calibrated_together():
    """What one suite is too sure of and another too unsure evens out in the same bin, as if they were one suite."""
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.2, 1.0, 400)
    given = np.where(rng.uniform(size=400) < confidence, 1, 2)
    parts = [figures_of(answers([1] * 200, given[part], confidence[part])) for part in (np.s_[:200], np.s_[200:])]
    whole = figures_of(answers([1] * 400, given, confidence))
    assert joint_calibration_error(parts) == pytest.approx(whole.calibration_error, abs=1e-6)
    assert joint_calibration_error([]) is None


def test_calibration_error_is_of_the_digits_that_were_named():
    """Answers at 0.9 that are right nine times in ten have none; always right, they have a tenth."""
    honest = figures_of(answers([1] * 10, [1] * 9 + [2], [0.9] * 10))
    timid = figures_of(answers([1] * 10, [1] * 10, [0.9] * 10))
    assert honest.calibration_error == pytest.approx(0.0, abs=1e-6)
    assert timid.calibration_error == pytest.approx(0.1, abs=1e-6)
    assert figures_of(answers([10], [10])).calibration_error is None


def test_a_version_is_measured_and_the_result_kept(champion, places):
    """The shipped version reads hand-made digits; figures and answers are found again with it."""
    done = []
    found = evaluate(champion, find_suite("custom", places), places, on_progress=done.append)
    assert found.figures.accuracy.share > 0.9
    assert done[-1] == found.figures.accuracy.total
    assert evaluations_of(champion) == {"custom": found}
    assert figures_of(load_answers(champion, "custom")) == found.figures


def test_the_same_images_have_the_same_fingerprint(champion, places):
    """Two runs are of the same images; a part of them is another suite, stored under its own name."""
    whole = [evaluate(champion, SUITES["custom"], places).fingerprint for _ in range(2)]
    part = evaluate(champion, SUITES["custom"], places, limit=5)
    assert whole[0] == whole[1] != part.fingerprint
    assert [*evaluations_of(champion)] == ["custom", "custom-5"]


def test_only_suites_with_data_are_there(places, tmp_path):
    """Custom images make their suite and the corrupted one; a suite without data is refused by name."""
    assert available_suites(places) == ["custom", "corrupted"]
    assert gate_suites(places) == ["custom"]
    with pytest.raises(DatasetMissing, match="mnist"):
        find_suite("mnist", places)
    with pytest.raises(InvalidValue, match="There is no suite 'imagenet'; there are mnist"):
        find_suite("imagenet", places)
    with pytest.raises(DatasetMissing, match="no labelled images"):
        folder_suite(tmp_path)


def test_a_folder_anywhere_is_a_suite(champion, places, own_images):
    """All of its images count, since no model was trained on them."""
    found = evaluate(champion, folder_suite(own_images), places)
    assert found.suite.startswith("folder-")
    assert found.figures.accuracy.total == 300


def test_corruptions_are_counted_one_by_one(champion, places):
    """Each kind of corruption is a group of its own, as large as the others."""
    found = evaluate(champion, SUITES["corrupted"], places, limit=10)
    assert [*found.figures.per_group] == [*CORRUPTIONS]
    assert len({share.total for share in found.figures.per_group.values()}) == 1


def test_what_was_not_measured_is_said_in_words(champion, places):
    """A suite without result, a name that is a path, a damaged result."""
    for name in ("custom", "../card", "..\\card"):
        with pytest.raises(NotFound):
            load_evaluation(champion, name)
    evaluate(champion, SUITES["custom"], places)
    (champion.folder / "evaluations" / "custom.npz").write_bytes(b"torn")
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        load_answers(champion, "custom")
    (champion.folder / "evaluations" / "custom.json").write_bytes(b"{")
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        load_evaluation(champion, "custom")


def test_two_versions_are_compared_image_by_image(registry, champion, places):
    """Where they differ can be looked at, and the test says that it is not chance."""
    worse = worse_copy(registry)
    for version in (champion, worse):
        evaluate(version, SUITES["custom"], places)
    found = compare(champion, worse, "custom")
    assert common_suites(champion, worse) == ["custom"]
    assert found.only_other == 0
    assert found.only_one == len(found.differences) == found.one.figures.accuracy.right
    assert found.is_real
    assert champion.name in found.verdict
    assert {each.other for each in found.differences} == {None}
    assert all(each.seen is not None and each.seen.shape == (28, 28) for each in found.differences)
    assert compare(champion, champion, "custom").p_value == 1.0


def test_the_images_on_which_versions_differ_are_found_again(registry, champion, places, tmp_path):
    """As they came in; none is found where the data has gone, and a suite of a folder says why."""
    worse = worse_copy(registry)
    for version in (champion, worse):
        evaluate(version, SUITES["custom"], places, limit=10)
        evaluate(version, folder_suite(places.custom), places)
    found = compare(champion, worse, "custom-10")
    originals = originals_of(found, places)
    assert len(originals) == len(found.differences) > 0
    for original, each in zip(originals, found.differences, strict=True):
        assert original.shape == (100, 100)
        np.testing.assert_array_equal(normalise(original), each.seen)
    gone = replace(places, custom=tmp_path / "gone")
    for suite in ("custom-10", "corrupted-10"):
        assert set(originals_of(replace(found, suite=suite), gone)) == {None}
    with pytest.raises(InvalidValue, match="from a folder"):
        originals_of(compare(champion, worse, folder_suite(places.custom).name), places)


def test_results_on_other_images_are_not_compared(registry, champion, places, tmp_path, own_images):
    """When an image is added in between, both have to be evaluated again."""
    import shutil

    worse = worse_copy(registry)
    evaluate(champion, SUITES["custom"], places)
    mine = tmp_path / "custom"
    shutil.copytree(own_images, mine)
    for writer in range(20):  # one of so many is for the test part
        shutil.copytree(mine / "7" / "writer-0", mine / "7" / f"another-{writer}")
    evaluate(worse, SUITES["custom"], type(places)(places.datasets, mine, places.corrections))
    with pytest.raises(Conflict, match="different images"):
        compare(champion, worse, "custom")
    assert common_suites(champion, worse) == []


def write_amounts(places, shown, said):
    """Write images of numbers with their index, as in the archive of amounts."""
    places.datasets.mkdir(exist_ok=True)
    with ZipFile(places.datasets / "cheque-amounts.zip", "w") as archive:
        for text in shown:
            archive.writestr(f"{text}.png", png(number(text)))
        rows = [f"{text}.png,{label}" for text, label in zip(shown, said, strict=True)]
        archive.writestr("index.csv", "\n".join(["file,text", *rows]))


def test_whole_numbers_are_right_or_wrong_as_a_whole(champion, places):
    """One digit off is a wrong number; the figures are those of numbers, without a confusion of digits."""
    numbers = ["271828", "314159", "577215"]
    write_amounts(places, numbers, numbers)
    assert "numbers" in available_suites(places)
    right = evaluate(champion, SUITES["numbers"], places).figures
    assert (right.accuracy.right, right.accuracy.total, right.refused) == (3, 3, 0)
    assert right.confusion == ()
    assert right.per_label == {}
    assert load_answers(champion, "numbers").labels.tolist() == numbers
    assert [each.max_error for each in right.accepted] == [0.01, 0.05]
    assert of_numbers_in_words(right).startswith("0.000 edits a digit, ")
    assert "accepted at max_error 0.01" in of_numbers_in_words(right)
    assert right.edits == 0
    write_amounts(places, numbers, ["271829", "31415", "577215"])
    wrong = evaluate(champion, SUITES["numbers"], places)
    assert wrong.figures.accuracy.right == 1
    assert wrong.figures.edits == 2 / 17
    assert "; 0.118 edits a digit, " in in_a_line(wrong)


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("", "", 0),
        ("271", "271", 0),
        ("271", "", 3),
        ("", "1", 1),
        ("2718", "2781", 2),
        ("12\n3", "123", 1),
        ("123", "23", 1),
    ],
)
def test_edits_are_the_fewest_that_make_one_text_of_another(one, other, edits):
    """Digits put in, left out or exchanged, and lines that were joined or cut; the same both ways."""
    assert edit_distance(one, other) == edit_distance(other, one) == edits


def test_pages_are_written_with_what_the_test_writers_wrote(champion, places):
    """Every kind is a group; a label has a line for each number."""
    write_recordings(places.datasets)
    assert {"pages", "forms"} <= set(available_suites(places))
    pages = evaluate(champion, find_suite("pages", places), places, limit=4).figures
    assert [*pages.per_group] == ["notes", "register", "table", "form"]
    assert all(label.replace("\n", "").isdigit() for label in load_answers(champion, "pages-4").labels)
    forms = evaluate(champion, find_suite("forms", places), places, limit=8).figures
    assert len(forms.per_group) == forms.accuracy.total == 8
    assert forms.edits is not None


def test_a_version_that_reads_no_lines_finds_no_number(registry, champion, places):
    """Every number counts as rejected, so that such a version does not seem as good."""
    write_amounts(places, ["271828", "314159"], ["271828", "314159"])
    names = [name for name in champion.card.files if not name.startswith("lines")]
    plain = registry.publish(
        champion.card.model_copy(update={"lines": None}), {name: champion.read_file(name) for name in names}
    )
    found = evaluate(plain, SUITES["numbers"], places).figures
    assert (found.accuracy.right, found.refused) == (0, 2)
    evaluate(champion, SUITES["numbers"], places)
    assert compare(champion, plain, "numbers").only_one == 2
    assert compare(champion, plain, "numbers").differences == ()
