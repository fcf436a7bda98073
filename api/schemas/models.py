"""Model versions: cards, figures, comparisons, promotions."""

import base64
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from api.schemas.base import Success
from api.schemas.fields import UserId, UtcTime, Version
from api.schemas.model import ScoreOut
from hwr_core.datasets.samples import NOT_A_DIGIT
from hwr_core.evaluation.compare import Comparison, Difference
from hwr_core.evaluation.evaluate import Evaluation
from hwr_core.evaluation.gate import Gate
from hwr_core.evaluation.promotion_log import Entry
from hwr_core.images.encode import as_png
from hwr_core.records.users import DEFAULT_USER
from hwr_core.registry.registry import ModelVersion

Reason = Annotated[
    str, Field(description="Why, for the log; up to 500 characters.", examples=["Reads our forms better."])
]
LabelOrNone = Annotated[int | None, Field(description="Null for no digit.", examples=[7])]


class ActIn(BaseModel):
    """Who does something with a version, and why."""

    reason: Reason = ""
    user_id: UserId = DEFAULT_USER


class PromoteIn(ActIn):
    """A promotion; a forced one needs a reason."""

    force: bool = Field(
        default=False, description="Even if it is worse than the champion, or was not measured.", examples=[False]
    )


class ShareOut(BaseModel):
    """So many of so many; share and 95 % interval are null without any."""

    right: int = Field(examples=[9954])
    total: int = Field(examples=[10000])
    share: float | None = Field(examples=[0.9954])
    low: float | None = Field(examples=[0.9939])
    high: float | None = Field(examples=[0.9965])


class EvaluationOut(BaseModel):
    """What a version is worth on a suite of images."""

    suite: str = Field(examples=["mnist"])
    about: str = Field(description="What its images are.", examples=["the MNIST test set"])
    created_at: UtcTime
    fingerprint: str = Field(description="Hash over the images and labels.", examples=["9f86d081884c7d65"])
    accuracy: ShareOut
    figures: dict[str, Any] = Field(
        description="Per label and group, confusion, calibration, risk against coverage, milliseconds.",
        examples=[{"refused": 3, "others": 0, "calibration_error": 0.004, "milliseconds": 0.9}],
    )

    @classmethod
    def of(cls, found: Evaluation) -> Self:
        """Return the answer for an evaluation."""
        return cls(
            suite=found.suite,
            about=found.about,
            created_at=found.created_at,
            fingerprint=found.fingerprint,
            accuracy=ShareOut(**found.figures.accuracy.model_dump()),
            figures=found.figures.model_dump(mode="json"),
        )


class ModelRow(BaseModel):
    """A model version."""

    version: Version
    aliases: list[str] = Field(description="champion, challenger, retired.", examples=[["champion"]])
    created_at: UtcTime
    architecture: str = Field(examples=["small"])
    parameters: int = Field(examples=[289195])
    size: int = Field(description="Bytes of its files.", examples=[2397510])
    test_accuracy: float | None = Field(description="Over the digits of its test data.", examples=[0.9951])
    calibration_error: float = Field(examples=[0.013])
    scores: list[ScoreOut] = Field(description="On the test part of each data set.")

    @classmethod
    def of(cls, version: ModelVersion, aliases: Mapping[str, list[str]], **more: object) -> Self:
        """Return the answer for a version; `more` fills the fields that a subclass adds."""
        card = version.card
        return cls(
            version=version.name,
            aliases=aliases.get(version.name, []),
            created_at=card.created_at,
            architecture=card.architecture,
            parameters=card.parameters,
            size=version.size,
            test_accuracy=card.test_accuracy,
            calibration_error=card.calibration_error,
            scores=[ScoreOut.of(score) for score in card.scores if score.part == "test"],
            **more,
        )


class ModelsOut(Success):
    """All versions, newest first."""

    count: int = Field(examples=[1])
    champion: str | None = Field(description="The version that reads.", examples=["20260131T120000Z-1a2b3"])
    challenger: str | None = Field(examples=[None])
    data: list[ModelRow]


class ModelDetail(ModelRow):
    """All that is known of a version."""

    card: dict[str, Any] = Field(
        description="Its model card: data and hashes, config, scores, thresholds, epochs, packages.",
        examples=[{"config": {"epochs": 12}, "how": "hwr train", "code": "0.1.0+0a1b2c3d4e5f"}],
    )
    evaluations: list[EvaluationOut]

    @classmethod
    def whole(cls, version: ModelVersion, aliases: Mapping[str, list[str]], evaluations: Sequence[Evaluation]) -> Self:
        """Return the answer for a version in full."""
        return cls.of(
            version,
            aliases,
            card=version.card.model_dump(mode="json"),
            evaluations=[EvaluationOut.of(each) for each in evaluations],
        )


class ModelOut(Success):
    """One version in full."""

    data: ModelDetail


class EntryRow(BaseModel):
    """A line of the promotion log."""

    at: UtcTime
    who: str = Field(examples=["Ada"])
    action: str = Field(examples=["promote"])
    old: str | None = Field(description="The version before.", examples=["20260131T120000Z-1a2b3"])
    new: str | None = Field(description="The version after.", examples=["20260201T120000Z-4c5d6"])
    reason: Reason
    forced: bool = Field(examples=[False])
    figures: Mapping[str, Any] = Field(
        examples=[{"mnist": {"images": 10000, "champion_right": 9951, "right": 9956, "p_value": 0.3}}]
    )

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the answer for a line of the log."""
        return cls(
            at=entry.at,
            who=entry.who,
            action=entry.action,
            old=entry.old,
            new=entry.new,
            reason=entry.reason,
            forced=entry.forced,
            figures=entry.figures,
        )


class ActOut(Success):
    """It is done, and logged."""

    message: str = Field(examples=["20260201T120000Z-4c5d6 reads now."])
    data: EntryRow

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the answer for what was done."""
        return cls(message=f"{entry.action}: {entry.old or '-'} -> {entry.new or '-'}", data=EntryRow.of(entry))


class LogOut(Success):
    """The promotion log, newest first."""

    count: int = Field(examples=[1])
    data: list[EntryRow]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Self:
        """Return the answer for the log."""
        return cls(count=len(entries), data=[EntryRow.of(each) for each in entries])


class DifferenceOut(BaseModel):
    """An image that exactly one of two versions answered right."""

    place: int = Field(description="In the suite.", examples=[1247])
    group: str = Field(examples=["strokes-unipen"])
    label: LabelOrNone
    one: LabelOrNone
    other: LabelOrNone
    seen: str | None = Field(
        description="What the models saw, as a PNG in a data URL; null where it was not kept.",
        examples=["data:image/png;base64,iVBORw0KGgo..."],
    )

    @classmethod
    def of(cls, found: Difference) -> Self:
        """Return the answer for a difference."""
        seen = None if found.seen is None else base64.b64encode(as_png(found.seen)).decode("ascii")
        return cls(
            place=found.place,
            group=found.group,
            label=_digit(found.label),
            one=_digit(found.one),
            other=_digit(found.other),
            seen=seen and f"data:image/png;base64,{seen}",
        )


class ComparisonRow(BaseModel):
    """Two versions on one suite."""

    suite: str = Field(examples=["mnist"])
    one: ShareOut
    other: ShareOut
    only_one: int = Field(description="Images that only the one answered right.", examples=[12])
    only_other: int = Field(examples=[31])
    p_value: float = Field(description="McNemar's exact test.", examples=[0.0054])
    is_real: bool = Field(description="Whether that is more than chance (p < 0.05).", examples=[True])
    verdict: str = Field(examples=["20260201T120000Z-4c5d6 is better (p = 0.005)."])
    differences: list[DifferenceOut]

    @classmethod
    def of(cls, found: Comparison) -> Self:
        """Return the answer for a comparison."""
        return cls(
            suite=found.suite,
            one=ShareOut(**found.one.figures.accuracy.model_dump()),
            other=ShareOut(**found.other.figures.accuracy.model_dump()),
            only_one=found.only_one,
            only_other=found.only_other,
            p_value=found.p_value,
            is_real=found.is_real,
            verdict=found.verdict,
            differences=[DifferenceOut.of(each) for each in found.differences],
        )


class ComparisonsOut(Success):
    """Two versions on all suites that both were measured on."""

    data: list[ComparisonRow]


class GateOut(Success):
    """Whether a version may take the champion's place, and what speaks against it."""

    is_open: bool = Field(examples=[False])
    objections: list[str] = Field(examples=[["On 'mnist' it reads 9,801 of 10,000 right, the champion 9,956."]])
    data: list[ComparisonRow]

    @classmethod
    def of(cls, gate: Gate) -> Self:
        """Return the answer for a gate."""
        return cls(
            is_open=gate.is_open,
            objections=list(gate.objections),
            data=[ComparisonRow.of(each) for each in gate.comparisons],
        )


def _digit(label: int) -> int | None:
    return None if label == NOT_A_DIGIT else label
