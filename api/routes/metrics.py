"""Metrics for Prometheus."""

import asyncio

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder

from api.auth.permissions import asks
from api.dependencies import MetricsDep
from api.errors import RESPONSES
from hwr_core.app import Permission

router = APIRouter(tags=["health"], responses=RESPONSES)

TEXT: dict[int | str, dict[str, object]] = {
    200: {
        "description": "The text format of Prometheus, or OpenMetrics on request.",
        "content": {"text/plain": {"schema": {"type": "string"}, "example": 'hwr_jobs{state="queued"} 0.0'}},
    }
}


# Not in the threads of plain routes: all of those may be waiting for the database, when metrics matter most.
@router.get("/metrics", response_class=Response, responses=RESPONSES | TEXT, summary="Get metrics for Prometheus")
@asks(Permission.SEE_ALL)
async def metrics(request: Request, metrics: MetricsDep) -> Response:
    """Return the metrics of this process: requests, predictions, history, jobs, model, memory."""
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    return Response(await asyncio.to_thread(encode, metrics.registry), headers={"Content-Type": media_type})
