"""The query parameters by which numbers are chosen."""

from typing import Annotated

from fastapi import Depends, Query

from api.inputs.filters import Since, Until
from api.schemas.fields import UserId
from hwr_core.app import Labelled, NumberFilter, Source


def _number_filter(  # noqa: PLR0913  each is one query parameter
    *,
    user_id: Annotated[UserId | None, Query(description="Only numbers of this user.", examples=[1])] = None,
    text: Annotated[
        str | None, Query(max_length=1000, description="Only numbers in which these digits were read.", examples=["85"])
    ] = None,
    accepted: Annotated[
        bool | None, Query(description="Only numbers that were accepted, or that were not.", examples=[False])
    ] = None,
    fits: Annotated[
        bool | None, Query(description="Only numbers that fit their pattern, or that do not.", examples=[False])
    ] = None,
    pattern: Annotated[
        str | None, Query(max_length=200, description="Only numbers read with this pattern.", examples=["luhn"])
    ] = None,
    confidence_from: Annotated[
        float, Query(description="Only numbers with at least this confidence.", examples=[0.5])
    ] = 0.0,
    confidence_to: Annotated[
        float, Query(description="Only numbers with at most this confidence.", examples=[1.0])
    ] = 1.0,
    source: Annotated[Source | None, Query(description="Only files from this source.", examples=["upload"])] = None,
    script: Annotated[str | None, Query(description="Only numbers in this script.", examples=["western"])] = None,
    model_version: Annotated[
        str | None, Query(description="Only numbers read by this model version.", examples=["20260131T120000Z-1a2b3"])
    ] = None,
    labelled: Annotated[
        Labelled | None,
        Query(
            description="Only numbers that a user has judged (`any`) or not (`no`), or that were read `right` or "
            "`wrong`.",
            examples=["wrong"],
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
) -> NumberFilter:
    return NumberFilter(
        user_id=user_id,
        text=text,
        accepted=accepted,
        fits=fits,
        pattern=pattern,
        confidence_from=confidence_from,
        confidence_to=confidence_to,
        source=source,
        script=script,
        model_version=model_version,
        labelled=labelled,
        since=since,
        until=until,
    )


NumberFilterDep = Annotated[NumberFilter, Depends(_number_filter)]
