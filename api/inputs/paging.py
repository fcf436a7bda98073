"""The query parameters by which long lists are answered page by page, newest first."""

from typing import Annotated

from fastapi import Query

from api.schemas.fields import LARGEST_ID

PageSize = Annotated[int, Query(ge=1, le=1000, description="The maximum number of rows, 1 to 1000.", examples=[100])]
Before = Annotated[
    int | None,
    Query(
        ge=1, le=LARGEST_ID, description="Only rows before this one: the last `id` of the page before.", examples=[42]
    ),
]
