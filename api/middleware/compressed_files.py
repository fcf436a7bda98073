"""Scripts and styles of the dashboard go over the network compressed: a first page needs a third of the bytes."""

import asyncio
import gzip
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COMPRESSIBLE = frozenset({".css", ".js", ".json", ".svg", ".txt", ".wasm"})
"""Endings of files that get much smaller; fonts and images are compressed already."""

LEVEL = 6
"""Of gzip's nine; the last three take a third more time for a quarter of a percent."""


class CompressedFiles:
    """Pure ASGI middleware around an app that serves the files of a folder.

    Each file is compressed when it is first asked for and stays in memory: those of Streamlit are 7 MB in all, and no
    compression is done twice. Headers, with those about caching, are the app's own.
    """

    def __init__(self, app: ASGIApp, folder: Path, address: str) -> None:
        """Take the files that are there.

        Args:
            app: serves the folder.
            folder: whose files do not change as long as the app runs.
            address: the path at which it does, such as "/static".
        """
        self._app = app
        self._files = {
            f"{address}/{file.relative_to(folder).as_posix()}": file
            for file in folder.rglob("*")
            if file.suffix in COMPRESSIBLE and file.is_file()
        }
        self._compressed: dict[str, asyncio.Task[bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer with the compressed file where the client takes it."""
        if scope["type"] != "http" or scope["path"] not in self._files or not _takes_gzip(scope):
            await self._app(scope, receive, send)
            return
        asked, path = scope["method"], scope["path"]

        async def with_content(message: Message) -> None:
            if message["type"] != "http.response.start":
                return  # there is no content in the answer to HEAD
            if message["status"] != 200:
                await send(message)
                await send({"type": "http.response.body"})
                return
            content = await self._content(path)
            _adapt(MutableHeaders(scope=message), len(content))
            await send(message)
            await send({"type": "http.response.body", "body": content if asked == "GET" else b""})

        # The app says what there is to say about the file, and does not read it.
        await self._app({**scope, "method": "HEAD"}, receive, with_content)

    async def _content(self, path: str) -> bytes:
        """The compressed file; who asks while it is being compressed waits for the same."""
        task = self._compressed.get(path)
        if task is None:
            task = self._compressed[path] = asyncio.create_task(run_in_threadpool(compress, self._files[path]))
        try:
            return await asyncio.shield(task)  # one client that leaves does not take it from the others
        except OSError:
            self._compressed.pop(path, None)
            raise


def compress(file: Path) -> bytes:
    """Return the content of a file as gzip has it; the same for the same content."""
    return gzip.compress(file.read_bytes(), LEVEL, mtime=0)


def _takes_gzip(scope: Scope) -> bool:
    """Whether a request asks for a whole file and its client can unpack it."""
    headers = Headers(scope=scope)
    if scope["method"] not in ("GET", "HEAD") or "range" in headers:
        return False
    return any(_is_gzip(*offer.partition(";")) for offer in headers.get("accept-encoding", "").split(","))


def _is_gzip(name: str, _: str, quality: str) -> bool:
    """Whether an offer of `Accept-Encoding` is gzip, and not excluded by a quality of zero."""
    return name.strip().lower() == "gzip" and quality.strip().lower() not in ("q=0", "q=0.0", "q=0.00", "q=0.000")


def _adapt(headers: MutableHeaders, length: int) -> None:
    """Say of the compressed file what is different from the file."""
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(length)
    headers.add_vary_header("Accept-Encoding")
    del headers["Accept-Ranges"]
    if etag := headers.get("ETag"):
        headers["ETag"] = f"W/{etag.removeprefix('W/')}"  # the same content in other bytes (RFC 9110, 8.8.1)
