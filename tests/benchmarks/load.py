"""A load generator in a process of its own: keep-alive clients on raw streams, none of which ever pauses."""

import asyncio
import multiprocessing
import time
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Measured:
    """What a server did under load: answers a second, and milliseconds that half, 95 % and 99 % of them took."""

    rate: float
    p50: float
    p95: float
    p99: float

    def __str__(self) -> str:
        """Put it on a line."""
        return f"{self.rate:8.1f} answers/s   p50 {self.p50:7.1f} ms   p95 {self.p95:7.1f} ms   p99 {self.p99:7.1f} ms"


def measure(port: int, path: str, body: bytes, *, clients: int, seconds: float) -> Measured:
    """Load one address for some seconds, from another process, and return what was measured."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_generate, (port, path, body, clients, seconds))


def _generate(port: int, path: str, body: bytes, clients: int, seconds: float) -> Measured:
    return asyncio.run(_all_clients(port, _request(path, body), clients, seconds))


def _request(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


async def _all_clients(port: int, request: bytes, clients: int, seconds: float) -> Measured:
    started = time.perf_counter()
    runs = [_client(port, request, started + seconds) for _ in range(clients)]
    took = [each for run in await asyncio.gather(*runs) for each in run]
    p50, p95, p99 = np.percentile(took, (50, 95, 99)) * 1000
    return Measured(len(took) / (time.perf_counter() - started), p50, p95, p99)


async def _client(port: int, request: bytes, until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took = []
    while (started := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        answer = await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"{head.decode()}{answer.decode()}")
        took.append(time.perf_counter() - started)
    writer.close()
    return took
