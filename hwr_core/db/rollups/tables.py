"""What is counted: the tables of roll-ups, and how a prediction and its label count in each.

All sums are whole numbers, so that adding and taking away leaves nothing behind: confidences are in billionths, times
in nanoseconds. A fact `f` is a prediction with its label; its weight is 1 where it is to be added,
and -1 where it is to be taken away.
"""

from collections.abc import Mapping
from dataclasses import dataclass

DAY = 86_400
"""Seconds. Days of roll-ups begin at midnight UTC, and are numbered from 1970."""

QUARTER = 900
"""Seconds. Predictions are counted by quarters of an hour where days of any time zone are asked for: the offset of
every time zone is a whole number of quarters."""

TWENTIETHS = 20
"""Confidences are counted in so many equal ranges."""

STEPS_PER_E = 100
"""Times are counted in steps of 1 %, so that a percentile is right to within half a percent."""

BILLION = 1_000_000_000


@dataclass(frozen=True, slots=True)
class RollUp:
    """One table of counts: its keys and its sums, as SQL of a fact f.

    `merged_by` is the key whose rows are put together when new facts of it come: the time or the user. `seconds` is how
    long a step of a time is, None without a time. `filters` are the fields of a HistoryFilter that its keys answer;
    None where it is not kept. `times` repeats each fact.
    """

    table: str
    merged_by: str
    seconds: int | None
    keys: Mapping[str, str]
    sums: Mapping[str, str]
    filters: frozenset[str] | None
    times: str = ""

    @property
    def columns(self) -> str:
        """The names of keys and sums, as SQL."""
        return ", ".join((*self.keys, *(f'"{name}"' for name in self.sums)))

    def facts(self, facts: str) -> str:
        """SQL: its keys and sums of each fact."""
        keys = [f"{sql} as {name}" for name, sql in self.keys.items()]
        sums = [f'f.weight * {sql} as "{name}"' for name, sql in self.sums.items()]
        return f"select {', '.join((*keys, *sums))} from ({facts}) f {self.times}"  # noqa: S608  ours


def _number_of(seconds: int) -> str:
    return f"floor(extract(epoch from f.created_at) / {seconds})::bigint"


def confidence_bin(bins: int) -> str:
    """SQL: into which of so many equal ranges the confidence of a fact falls; 1.0 falls into the last one."""
    return f"least(floor({_CONFIDENCE} * {bins}), {bins - 1})::bigint"


def _count(condition: str) -> str:
    return f"case when {condition} then 1 else 0 end"


# The limits keep what is no number out, which is none of the sums' business.
_CONFIDENCE = "least(greatest(f.confidence, 0.0), 1.0)"
_BILLIONTHS = f"round({_CONFIDENCE} * {BILLION})::bigint"
_SECONDS = "f.preprocessing_seconds + f.inference_seconds"
_NANOSECONDS = f"round(least(greatest({_SECONDS}, 0.0), 1000000.0) * {BILLION})::bigint"
_IS_RIGHT = "f.is_labelled and f.digit is not distinct from f.actual_digit"
_STAGE = (
    "case s.stage when 'preprocessing' then f.preprocessing_seconds "
    f"when 'inference' then f.inference_seconds else {_SECONDS} end"
)
_LABEL = {"digit": "f.digit", "is_labelled": "f.is_labelled", "actual_digit": "f.actual_digit"}
_TIME = frozenset({"since", "until"})

BY_DAY = RollUp(
    "counts_by_day",
    merged_by="day",
    seconds=DAY,
    keys={
        "day": _number_of(DAY),
        "source": "f.source",
        "script": "f.script",
        "model_version": "f.model_version",
        "verdict": "f.verdict",
        **_LABEL,
    },
    sums={"predictions": "1", "confidence": _BILLIONTHS},
    filters=_TIME | {"digit", "actual_digit", "verdict", "source", "script", "model_version", "labelled"},
)

BY_QUARTER = RollUp(
    "counts_by_quarter",
    merged_by="quarter",
    seconds=QUARTER,
    keys={"quarter": _number_of(QUARTER)},
    sums={
        "predictions": "1",
        "doubtful": _count("f.verdict <> 'digit'"),
        "labelled": _count("f.is_labelled"),
        "right": _count(_IS_RIGHT),
    },
    filters=_TIME,
)

BY_USER = RollUp(
    "counts_by_user",
    merged_by="user_id",
    seconds=None,
    keys={"user_id": "f.user_id", **_LABEL},
    sums={"predictions": "1", "confidence": _BILLIONTHS, "nanoseconds": _NANOSECONDS},
    filters=frozenset({"user_id", "digit", "actual_digit", "labelled"}),
)

BY_CONFIDENCE = RollUp(
    "counts_by_confidence",
    merged_by="day",
    seconds=DAY,
    keys={
        "day": _number_of(DAY),
        "bin": confidence_bin(TWENTIETHS),
        "is_named": "f.digit is not null",
    },
    sums={
        "predictions": "1",
        "labelled": _count("f.is_labelled"),
        "right": _count(_IS_RIGHT),
        "labelled_confidence": f"case when f.is_labelled then {_BILLIONTHS} else 0 end",
    },
    filters=_TIME,
)

BY_LATENCY = RollUp(
    "counts_by_latency",
    merged_by="day",
    seconds=DAY,
    keys={
        "day": _number_of(DAY),
        "stage": "s.stage",
        "step": f"floor(ln(least(greatest({_STAGE}, 1e-9), 1000000.0)) * {STEPS_PER_E})::bigint",
    },
    sums={"predictions": "1"},
    filters=_TIME,
    times="cross join (values ('preprocessing'), ('inference'), ('total')) s(stage)",
)

ROLL_UPS = (BY_DAY, BY_QUARTER, BY_USER, BY_CONFIDENCE, BY_LATENCY)

_FACT = (
    "created_at",
    "user_id",
    "source",
    "script",
    "model_version",
    "verdict",
    "digit",
    "confidence",
    "preprocessing_seconds",
    "inference_seconds",
)
CHANGED = ", ".join(("weight", *_FACT, "is_labelled", "actual_digit"))
"""The columns of a fact, which those of the table `changed_facts` are."""


def facts_of_rows(condition: str, weight: int = 1) -> str:
    """SQL: the facts of the predictions p, with their labels l, that meet a condition."""
    return (
        f"select {weight}::bigint as weight, {', '.join(f'p.{name}' for name in _FACT)}, "  # noqa: S608  ours
        "l.prediction_id is not null as is_labelled, l.actual_digit "
        f"from predictions p left join labels l on l.prediction_id = p.id where {condition}"
    )
