"""Figures for Prometheus."""

import asyncio

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder

from api.auth.permissions import asks
from api.dependencies import MetricsDep
from api.errors import RESPONSES
from hwr_core.auth.permissions import Permission

router = APIRouter(tags=["health"], responses=RESPONSES)

TEXT: dict[int | str, dict[str, object]] = {
    200: {
        "description": "Prometheus' text format, or OpenMetrics for who asks for it.",
        "content": {"text/plain": {"schema": {"type": "string"}, "example": 'hwr_jobs{state="queued"} 0.0'}},
    }
}


# In a thread of its own kind: the others may all be waiting for the database, which is when figures matter most.
@router.get("/metrics", response_class=Response, responses=RESPONSES | TEXT)
@asks(Permission.SEE_ALL)
async def metrics(request: Request, metrics: MetricsDep) -> Response:
    """Return the figures of this process: requests, predictions, history, jobs, model, memory."""
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    return Response(await asyncio.to_thread(encode, metrics.registry), headers={"Content-Type": media_type})
