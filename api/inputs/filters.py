"""The filters of the history as query parameters, the same for every route that takes them."""

from typing import Annotated, Literal

from fastapi import Depends, Query

from api.schemas.fields import LARGEST_DIGIT, Moment, UserId
from hwr_core.app import HistoryFilter, Labelled, Source, Verdict

DigitOrNone = Annotated[int, Query(ge=0, le=LARGEST_DIGIT)] | Literal["none"]

Since = Annotated[
    Moment | None, Query(description="Only predictions from this time on.", examples=["2026-01-31T00:00:00+00:00"])
]
Until = Annotated[
    Moment | None, Query(description="Only predictions before this time.", examples=["2026-02-01T00:00:00+00:00"])
]


def _history_filter(  # noqa: PLR0913  each is one query parameter
    *,
    user_id: Annotated[UserId | None, Query(description="Only predictions of this user.", examples=[1])] = None,
    digit: Annotated[
        DigitOrNone | None, Query(description="Only predictions of this digit; `none` for no digit.", examples=[7])
    ] = None,
    actual_digit: Annotated[
        DigitOrNone | None,
        Query(description="Only predictions labelled with this digit; `none` for no digit.", examples=[1]),
    ] = None,
    verdict: Annotated[
        Verdict | None, Query(description="Only predictions with this verdict.", examples=["digit"])
    ] = None,
    confidence_from: Annotated[
        float, Query(description="Only predictions with at least this confidence.", examples=[0.5])
    ] = 0.0,
    confidence_to: Annotated[
        float, Query(description="Only predictions with at most this confidence.", examples=[1.0])
    ] = 1.0,
    source: Annotated[Source | None, Query(description="Only images from this source.", examples=["api"])] = None,
    script: Annotated[str | None, Query(description="Only predictions in this script.", examples=["western"])] = None,
    model_version: Annotated[
        str | None, Query(description="Only predictions of this model version.", examples=["20260131T120000Z-1a2b3"])
    ] = None,
    labelled: Annotated[
        Labelled | None,
        Query(
            description="Only predictions with a label (`any`), without one (`no`), or labelled `right` or `wrong`.",
            examples=["wrong"],
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
) -> HistoryFilter:
    return HistoryFilter(
        user_id=user_id,
        digit=digit,
        actual_digit=actual_digit,
        verdict=verdict,
        confidence_from=confidence_from,
        confidence_to=confidence_to,
        source=source,
        script=script,
        model_version=model_version,
        labelled=labelled,
        since=since,
        until=until,
    )


FilterDep = Annotated[HistoryFilter, Depends(_history_filter)]
