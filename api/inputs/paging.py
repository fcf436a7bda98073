"""The query parameters by which long lists are answered page by page, newest first."""

from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator

from api.schemas.fields import LARGEST_ID

LONGEST_PAGE = 1000


def _cut(limit: int) -> int:
    return min(limit, LONGEST_PAGE)


PageSize = Annotated[
    int,
    Query(ge=1, description=f"The most rows, 1 or more; there are never more than {LONGEST_PAGE}.", examples=[100]),
    AfterValidator(_cut),
]
Before = Annotated[
    int | None,
    Query(
        ge=1, le=LARGEST_ID, description="Only rows before this one: the last `id` of the page before.", examples=[42]
    ),
]
