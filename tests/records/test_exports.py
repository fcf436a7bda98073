"""The history as files for other programs, and as a DataFrame."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import numpy as np
import pandas as pd
import pytest

from hwr_core.errors import InvalidValue, UserNotFound
from hwr_core.recognition.types import Verdict
from hwr_core.records import exports as exports_module
from hwr_core.records.export_formats import table_as_csv
from hwr_core.records.exports import Exports
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.predictions import Source

NOON = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
NASTY = [
    "=1+1",
    "+1",
    "-1",
    "@sum",
    "\t=1",
    "\r=1",
    " =cmd",
    'a "quoted", name',
    "line\nbreak",
    "日本語.png",
    "x" * 5000,
]


@pytest.fixture
def exports(store, monkeypatch):
    """The exports of the store, in pages of four rows, so that small histories have several."""
    monkeypatch.setattr(exports_module, "PAGE", 4)
    return Exports(store)


@pytest.fixture
def kept(record, users, feedback, new_prediction):
    """Thirteen predictions: one with everything, one rejected, and one for each nasty file name, by Ada."""
    ada = users.create("ada")
    rows = record(
        new_prediction(digit=7, created_at=NOON, source=Source.API, file_name="seven.png", enhancement_level=2.0),
        new_prediction(digit=None, verdict=Verdict.NOT_A_DIGIT),
        *(new_prediction(ada.id, file_name=name) for name in NASTY),
    )
    feedback.give(1, actual_digit=1, confidence_rating=4, comments="=HYPERLINK(1)")
    feedback.give(1, actual_digit=7, comments="on second thoughts")
    feedback.give(1, user_id=ada.id, actual_digit=7)
    feedback.give(2, actual_digit=4)
    return rows


def _csv(content):
    return list(csv.DictReader(io.StringIO(b"".join(content).decode(), newline="")))


def _jsonl(content):
    return [json.loads(line) for line in b"".join(content).splitlines()]


def test_json_lines_hold_every_field(exports, kept):
    """Each line is a prediction, the oldest first, with times that name their offset and integers that are integers."""
    rows = _jsonl(exports.history("jsonl"))
    assert [row["id"] for row in rows] == list(range(1, 14))
    first, refused = rows[:2]
    assert first["timestamp"] == "2026-06-01T12:00:00.123456+00:00"
    assert datetime.fromisoformat(first["timestamp"]) == NOON
    expected = {
        "user_id": 1, "username": "default", "source": "api", "user_input_type": "drawing", "file_name": "seven.png",
        "verdict": "digit", "predicted_digit": 7, "model_version": "v1-abcde", "enhancement_level": 2.0,
        "upload": None, "actual_digit": 7, "correct_prediction": True, "verified": True,
    }  # fmt: skip
    assert {name: first[name] for name in expected} == expected
    assert len(first["all_predictions"]) == 10
    assert first["processing_time"] == pytest.approx(first["preprocessing_time"] + first["inference_time"])
    assert (refused["predicted_digit"], refused["actual_digit"], refused["correct_prediction"]) == (None, 4, False)
    assert rows[2]["correct_prediction"] is None


def test_csv_gives_text_back_and_defuses_formulas(exports, kept):
    """Quotes, line breaks and any script survive; what a spreadsheet would run is prefixed by an apostrophe."""
    rows = _csv(exports.history("csv"))
    assert [row["id"] for row in rows] == [str(number) for number in range(1, 14)]
    names = [row["file_name"] for row in rows[2:]]
    assert names == ["'" + name for name in NASTY[:7]] + NASTY[7:]
    assert (rows[1]["predicted_digit"], rows[0]["predicted_digit"], rows[0]["p7"]) == ("", "7", "0.91")


def test_csv_has_the_probabilities_of_every_symbol_of_a_longer_script(exports, record, new_prediction):
    """Fifteen of a Chinese numeral; of a Western digit the last five are empty."""
    chinese = tuple([0.02] * 12 + [0.7, 0.03, 0.03])
    new = new_prediction()
    numeral = replace(new.prediction, script="chinese", digit=1000, probabilities=chinese)
    record(new_prediction(digit=7), replace(new, prediction=numeral))
    western, row = _csv(exports.history("csv"))
    assert [float(row[f"p{place}"]) for place in range(15)] == pytest.approx(chinese)
    assert (western["p9"] != "", {western[f"p{place}"] for place in range(10, 15)}) == (True, {""})
    names = [*western]
    assert names.index("p14") - names.index("p0") == 14


def test_a_small_table_is_defused_too():
    """Names of columns and texts get the apostrophe; numbers, also negative ones, and gaps stay as they are."""
    table = pd.DataFrame({"=who": ["@ada", "bob", None], "change": [-1, 2, 3], "share": [-0.5, None, 0.5]})
    assert table_as_csv(table).splitlines() == [
        """"'=who","change","share\"""",
        """"'@ada",-1,-0.5""",
        '"bob",2,""',
        '"",3,0.5',
    ]
    assert table.columns[0] == "=who"


@pytest.mark.parametrize("text", [text for text in NASTY[:7] if text != "-1"])
def test_whatever_a_spreadsheet_would_run_is_defused_in_a_small_table(text):
    """The same beginnings as in the export of the history."""
    [[_], [value]] = csv.reader(io.StringIO(table_as_csv(pd.DataFrame({"name": [text]})), newline=""))
    assert value == f"'{text}"


@pytest.mark.parametrize("text", ["-1", "-12.50"])
def test_a_negative_number_in_a_small_table_is_no_formula(text):
    """Amounts are texts there, so that their zeros stay."""
    assert text in table_as_csv(pd.DataFrame({"amount": [text]})).replace('"', "").splitlines()


@pytest.mark.parametrize("read", ["pandas", "duckdb"])
def test_parquet_opens_with_the_right_types(exports, kept, tmp_path, read):
    """Both programs find moments with a zone, nullable integers, booleans, text and lists of numbers."""
    file = tmp_path / "history.parquet"
    file.write_bytes(b"".join(exports.history("parquet")))
    if read == "pandas":
        frame = pd.read_parquet(file, dtype_backend="pyarrow")
        assert frame["timestamp"][0] == pd.Timestamp(NOON)
        kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
        assert (kinds["id"], kinds["predicted_digit"], kinds["confidence"]) == (
            "int64[pyarrow]", "int32[pyarrow]", "double[pyarrow]",
        )  # fmt: skip
        assert (kinds["correct_prediction"], kinds["username"]) == ("bool[pyarrow]", "string[pyarrow]")
        assert len(frame) == 13
    else:
        found = duckdb.read_parquet(str(file))
        types = dict(zip(found.columns, map(str, found.types), strict=True))
        assert (types["timestamp"], types["predicted_digit"]) == ("TIMESTAMP WITH TIME ZONE", "INTEGER")
        assert (types["all_predictions"], types["verified"]) == ("DOUBLE[]", "BOOLEAN")
        assert len(found) == 13


def test_every_format_of_nothing_is_a_valid_file(exports, tmp_path):
    """An empty history is a header line, no line, and a Parquet file with all columns."""
    (header,) = b"".join(exports.history("csv")).splitlines()
    assert header.startswith(b'"id","timestamp","user_id"')
    assert b"".join(exports.history("jsonl")) == b""
    (tmp_path / "none.parquet").write_bytes(b"".join(exports.history("parquet")))
    frame = pd.read_parquet(tmp_path / "none.parquet")
    assert len(frame) == 0
    assert "all_predictions" in frame.columns


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_filter_narrows_an_export(exports, kept, tmp_path, kind):
    """An export holds the predictions that match the filter and nothing else."""
    content = exports.history(kind, HistoryFilter(user_id=1))
    if kind == "csv":
        ids = [int(row["id"]) for row in _csv(content)]
    elif kind == "jsonl":
        ids = [row["id"] for row in _jsonl(content)]
    else:
        (tmp_path / "a.parquet").write_bytes(b"".join(content))
        ids = pd.read_parquet(tmp_path / "a.parquet")["id"].tolist()
    assert ids == [1, 2]


def test_a_wrong_request_is_refused_before_the_first_byte(exports):
    """An unknown user or format is an error at once, not a file that breaks off."""
    with pytest.raises(UserNotFound):
        exports.history("csv", HistoryFilter(user_id=9))
    with pytest.raises(UserNotFound):
        exports.user(9, "json")
    with pytest.raises(InvalidValue, match="allowed are csv, jsonl, parquet"):
        exports.history("xlsx")
    with pytest.raises(InvalidValue, match="allowed are json and csv"):
        exports.user(1, "xml")


def test_an_export_is_made_as_it_is_read(exports, store, kept):
    """Only the pages asked for are fetched, each in a session of its own, and none is open in between."""
    content = exports.history("jsonl")
    first = next(content)
    assert len(first.splitlines()) == 4
    store.close()  # would wait for an open session, and break off a later page
    with pytest.raises(Exception, match="closed"):
        next(content)


def test_predictions_that_arrive_meanwhile_are_left_out(exports, record, kept, new_prediction):
    """An export is the predictions there were when it began."""
    content = exports.history("jsonl")
    rows = _jsonl([next(content)])
    record(*(new_prediction() for _ in range(20)))
    rows += _jsonl(content)
    assert [row["id"] for row in rows] == list(range(1, 14))


def test_a_users_data_as_json(exports, kept):
    """The contract's shape: the user's predictions, and all feedback that the user gave, with what was replaced."""
    answer = json.loads(b"".join(exports.user(1, "json")))
    assert answer["success"] is True
    assert [row["id"] for row in answer["data"]["predictions"]] == [1, 2]
    feedbacks = answer["data"]["feedbacks"]
    assert [row["actual_digit"] for row in feedbacks] == [1, 7, 4]
    assert [row["correct_prediction"] for row in feedbacks] == [False, True, False]
    assert [row["replaced_at"] is None for row in feedbacks] == [False, True, True]
    assert (feedbacks[0]["confidence_rating"], feedbacks[0]["comments"]) == (4, "=HYPERLINK(1)")
    assert datetime.fromisoformat(feedbacks[0]["timestamp"]).tzinfo is not None


def test_a_user_without_history_is_empty_lists(exports, users):
    """Nothing is still a valid answer."""
    ada = users.create("ada")
    assert json.loads(b"".join(exports.user(ada.id, "json")))["data"] == {
        "predictions": [],
        "numbers": [],
        "feedbacks": [],
    }
    assert _csv(exports.user(ada.id, "csv")) == []


def test_the_history_as_a_frame(exports, kept):
    """A DataFrame has the newest predictions first, their labels, and images when asked for."""
    frame = exports.frame()
    assert frame["id"].tolist() == list(range(13, 0, -1))
    assert str(frame["timestamp"].dt.tz) == "UTC"
    assert "seen" not in frame
    row = exports.frame(HistoryFilter(digit=7, user_id=1), limit=1, images=True).iloc[0]
    np.testing.assert_array_equal(row["seen"], kept[0].prediction.seen)
    with pytest.raises(InvalidValue, match="limit is 0"):
        exports.frame(limit=0)
