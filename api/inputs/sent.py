"""What a request says of an image that may be sent twice: its idempotency key, and when the device made it."""

from typing import Annotated

from fastapi import Depends, Header

from api.schemas.fields import Moment
from hwr_core.app import LONGEST_KEY, Sent


async def _sent(
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=LONGEST_KEY,
            description="A text of your own for this request, used for no other image: when it is sent again with the "
            "same key, nothing is stored a second time, and the answer is that of the stored prediction.",
            examples=["3f0c4a52b1d74bd5a5d4c0a7f6f1e9aa"],
        ),
    ] = None,
    x_device_time: Annotated[
        Moment | None,
        Header(
            description="When the image was made, by the device's clock, with an offset from UTC and at most 366 days "
            "ago: the time of the prediction. The time of the request when not given, or when it is later than that.",
            examples=["2026-11-25T10:58:39+00:00"],
        ),
    ] = None,
) -> Sent:
    return Sent(idempotency_key, x_device_time)


SentDep = Annotated[Sent, Depends(_sent)]
"""What the headers of a request say of its image."""

HEADERS_OF_SENT = ("idempotency-key", "x-device-time")
"""The names of these headers."""
