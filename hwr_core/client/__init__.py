"""A typed client of the REST API: `Client` for scripts, `AsyncClient` for programs that wait for many answers at once.

It knows nothing of the rest of hwr: what it needs is httpx2 and pydantic.
"""

from hwr_core.client.answers import FoundDigit, Number, NumberLine, Prediction, Stored
from hwr_core.client.clients import AsyncClient, Client
from hwr_core.client.errors import ApiError, Unreachable

__all__ = [
    "ApiError",
    "AsyncClient",
    "Client",
    "FoundDigit",
    "Number",
    "NumberLine",
    "Prediction",
    "Stored",
    "Unreachable",
]
