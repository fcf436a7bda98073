"""What the server still does for a client that has left: nothing."""

import base64
import io
import json
import os
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.handwriting import drawing, number, png
from tests.serving import Server, predict, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="The processor time is looked up in /proc."),
]

WITHIN = 120.0
JSON = {"Content-Type": "application/json"}
LEFT = 'hwr_http_requests_total{method="POST",route="/api/read-number",status="499"} 1.0'


def dense_document(pages: int) -> bytes:
    """A PDF of pages of forty lines of thirty digits, each of which takes a second or two to be read."""
    page = Image.fromarray(np.vstack([number("314159265358979323846264338327", side=40, pen=3.5)] * 40)).convert("1")
    stream = io.BytesIO()
    page.save(stream, "PDF", save_all=True, append_images=[page] * (pages - 1), resolution=200)
    return stream.getvalue()


def processor_time(server: Server) -> float:
    """Seconds of processor that the server has used."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    patience = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < patience
        time.sleep(0.1)


def metrics(server: Server) -> str:
    """What the server counts."""
    with closing(server.connect()) as connection:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()


def test_reading_stops_when_the_client_has_left(tmp_path: Path) -> None:
    """A long document is dropped at its next line, one that waits for its turn too, and the processor is idle again."""
    body = json.dumps({"image_data": base64.b64encode(dense_document(24)).decode()})
    with serving(tmp_path / "data", HWR_NUMBER_SECONDS="3600") as server:
        before = processor_time(server)
        with closing(server.connect()) as one, closing(server.connect()) as other:
            for connection in (one, other):
                connection.request("POST", "/api/read-number", body, JSON)
            until(lambda: processor_time(server) > before + 2.0)
        until(lambda: LEFT.replace(" 1.0", " 2.0") in metrics(server))
        used = processor_time(server)
        time.sleep(2.0)
        assert processor_time(server) - used < 0.5
        assert used - before < 20.0  # of more than fifty
        with closing(server.connect()) as connection:
            assert predict(connection, png(drawing(3)))["predicted_digit"] == 3
