"""Model versions: cards, evaluations, comparisons, promotions."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Self

from pydantic import AliasPath, BaseModel, Field

from api.schemas.base import Many, One, Out, Success
from api.schemas.fields import Json, PngUrl, UserId, UtcTime, Version
from api.schemas.model import ScoreOut, test_scores
from api.schemas.notes import Described
from hwr_core.app import (
    DEFAULT_USER,
    Entry,
    Evaluation,
    ModelVersion,
    ShadowReport,
)

Reason = Annotated[
    str, Field(description="The reason, for the log; up to 500 characters.", examples=["Reads our forms better."])
]


DigitOrNone = Annotated[int | None, Field(description="Null for no digit.", examples=[7])]


class ActIn(BaseModel):
    """Who acts on a version, and why."""

    reason: Reason = ""
    user_id: UserId = DEFAULT_USER


class PromoteIn(ActIn):
    """A promotion; a forced one needs a reason."""

    force: bool = Field(
        default=False,
        description="Promote it even if it is worse than the champion, or was not evaluated.",
        examples=[False],
    )


class ShareOut(Out):
    """A share with its 95 % interval; null when the total is 0."""

    right: int = Field(examples=[9954])
    total: int = Field(examples=[10000])
    share: float | None = Field(examples=[0.9954])
    low: float | None = Field(examples=[0.9939])
    high: float | None = Field(examples=[0.9965])


class EvaluationOut(Out):
    """The evaluation of a version on a suite of images."""

    suite: str = Field(examples=["mnist"])
    about: str = Field(description="What images it has.", examples=["the MNIST test set"])
    created_at: UtcTime
    fingerprint: str = Field(description="Hash of the images and labels.", examples=["9f86d081884c7d65"])
    accuracy: ShareOut = Field(validation_alias=AliasPath("figures", "accuracy"))
    figures: Json = Field(
        description="Accuracy by label and group, confusion, calibration, risk and coverage, milliseconds.",
        examples=[{"refused": 3, "others": 0, "calibration_error": 0.004, "milliseconds": 0.9}],
    )


class ModelRow(Described):
    """A model version."""

    version: Version
    aliases: list[str] = Field(description="Any of champion, challenger and retired.", examples=[["champion"]])
    created_at: UtcTime
    architecture: str = Field(examples=["small"])
    parameters: int = Field(examples=[289195])
    size: int = Field(description="Bytes of its files.", examples=[2397510])
    test_accuracy: float | None = Field(description="Accuracy on the digits of its test data.", examples=[0.9951])
    calibration_error: float = Field(examples=[0.013])
    scores: list[ScoreOut] = Field(description="Scores on the test part of each data set.")

    @classmethod
    def of(cls, version: ModelVersion, aliases: Mapping[str, list[str]], **more: object) -> Self:
        """Return what an answer says about a version; `more` fills the fields that a subclass adds."""
        return cls.from_record(
            version.card,
            version=version.name,
            aliases=aliases.get(version.name, []),
            notes=version.notes,
            size=version.size,
            scores=test_scores(version),
            **more,
        )


class ModelsOut(Success):
    """All versions, newest first."""

    count: int = Field(examples=[1])
    champion: str | None = Field(description="The version that is served.", examples=["20260131T120000Z-1a2b3"])
    challenger: str | None = Field(examples=[None])
    data: list[ModelRow]


class ModelDetail(ModelRow):
    """A version with all its details."""

    card: Json = Field(
        description="The model card: data and hashes, configuration, scores, thresholds, epochs, packages.",
        examples=[{"config": {"epochs": 12}, "how": "hwr train", "code": "0.1.0+0a1b2c3d4e5f"}],
    )
    evaluations: list[EvaluationOut]


class ModelOut(One[ModelDetail]):
    """One version with all its details."""

    @classmethod
    def of_version(
        cls, version: ModelVersion, aliases: Mapping[str, list[str]], evaluations: Collection[Evaluation]
    ) -> Self:
        """Return the answer about a version and its evaluations."""
        return cls(data=ModelDetail.of(version, aliases, card=version.card, evaluations=[*evaluations]))


class EntryRow(Out):
    """An entry of the promotion log."""

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


class ShadowIn(BaseModel):
    """A version that is to read beside the served one."""

    version: Annotated[str, Field(min_length=1, max_length=100, examples=["20260201T120000Z-4c5d6"])]
    share: float = Field(1.0, gt=0, le=1, description="Share of predictions that it reads.", examples=[0.5])
    user_id: UserId = DEFAULT_USER


class SideOut(Out):
    """One of both versions on the same images."""

    accuracy: ShareOut
    refused: int = Field(description="Images refused as no digit.", examples=[12])
    confidence: float = Field(description="The mean.", examples=[0.97])
    seconds: float = Field(description="The mean of an image, without preprocessing.", examples=[0.0009])


class DisagreementOut(Out):
    """A prediction on which the shadow differs from what was answered."""

    prediction_id: int = Field(examples=[42])
    answered: DigitOrNone
    shadow: DigitOrNone
    actual: DigitOrNone
    is_labelled: bool = Field(examples=[True])


class ShadowRow(Out):
    """What the shadow has read since it began, beside what was answered."""

    version: Version = Field(validation_alias=AliasPath("setting", "version"))
    share: float = Field(validation_alias=AliasPath("setting", "share"), examples=[0.5])
    started_at: UtcTime = Field(validation_alias=AliasPath("setting", "started_at"))
    user_id: UserId = Field(validation_alias=AliasPath("setting", "user_id"))
    dropped: int = Field(
        validation_alias=AliasPath("setting", "dropped"),
        description="Images that it did not read because others had to go first.",
        examples=[0],
    )
    read: int = Field(examples=[1200])
    agree: int = Field(description="Images on which both say the same.", examples=[1188])
    answered: SideOut
    shadow: SideOut
    p_value: float = Field(description="McNemar's test on the labelled images.", examples=[0.31])
    differing: list[DisagreementOut] = Field(description="The newest ones, at most 20.", examples=[[]])


class ShadowOut(Success):
    """The shadow; null where there is none."""

    data: ShadowRow | None

    @classmethod
    def of(cls, report: ShadowReport | None) -> Self:
        """Return the answer about the shadow."""
        return cls(data=None if report is None else ShadowRow.from_record(report))


class ActOut(Success):
    """The version was promoted, rolled back, retired and so on; the entry in the log."""

    message: str = Field(examples=["promote: 20260131T120000Z-1a2b3 -> 20260201T120000Z-4c5d6"])
    data: EntryRow

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the answer about an entry of the log."""
        return cls(
            message=f"{entry.action}: {entry.old or '-'} -> {entry.new or '-'}", data=EntryRow.from_record(entry)
        )


class LogOut(Many[EntryRow]):
    """The promotion log, newest entry first."""


class DifferenceOut(Out):
    """An image that only one of two versions read correctly."""

    place: int = Field(description="Index in the suite.", examples=[1247])
    group: str = Field(examples=["strokes-unipen"])
    label: DigitOrNone
    one: DigitOrNone
    other: DigitOrNone
    seen: PngUrl | None = Field(description="What the models saw: a PNG in a data URL; null if it was not stored.")


class ComparisonRow(Out):
    """Two versions compared on one suite."""

    suite: str = Field(examples=["mnist"])
    one: ShareOut = Field(validation_alias=AliasPath("one", "figures", "accuracy"))
    other: ShareOut = Field(validation_alias=AliasPath("other", "figures", "accuracy"))
    only_one: int = Field(description="Images that only the first version read correctly.", examples=[12])
    only_other: int = Field(description="Images that only the second read correctly.", examples=[31])
    p_value: float = Field(description="McNemar's exact test.", examples=[0.0054])
    is_real: bool = Field(description="Whether the difference is significant (p < 0.05).", examples=[True])
    verdict: str = Field(examples=["20260201T120000Z-4c5d6 is better (p = 0.005)."])
    differences: list[DifferenceOut]


class ComparisonsOut(Success):
    """Two versions compared on the suites on which both were evaluated."""

    data: list[ComparisonRow]


class GateOut(Success):
    """Whether a version may be promoted, and the objections."""

    is_open: bool = Field(examples=[False])
    objections: list[str] = Field(examples=[["On 'mnist' it reads 9,801 of 10,000 right, the champion 9,956."]])
    data: list[ComparisonRow] = Field(validation_alias="comparisons")
