"""A typed client of the REST API: `Client` for scripts, `AsyncClient` for programs that wait for many answers at once.

It knows nothing of the rest of hwr: what it needs is httpx2, pydantic and, for live channels, websockets.
"""

from hwr_core.client.answers import Event, FoundDigit, Job, Number, NumberLine, Prediction, Stored
from hwr_core.client.clients import AsyncClient, Client
from hwr_core.client.errors import ApiError, Unreachable
from hwr_core.client.live import Pen

__all__ = [
    "ApiError",
    "AsyncClient",
    "Client",
    "Event",
    "FoundDigit",
    "Job",
    "Number",
    "NumberLine",
    "Pen",
    "Prediction",
    "Stored",
    "Unreachable",
]
