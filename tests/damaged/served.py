"""Damaged files as uploads to a running server."""

import json
from http.client import HTTPConnection

from hwr_core.images.archive import is_archive
from tests.damaged.reading import FAULT
from tests.serving import Server

BOUNDARY = "damaged-file"
ROUTES = (("/api/predict-upload", "file"), ("/api/predict-batch", "files"), ("/api/read-number", "file"))
OF_ARCHIVES = ("/api/datasets/custom", "file")


class Sender:
    """A client that goes on whatever becomes of its connection."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection: HTTPConnection = server.connect()

    def send(self, case: int, name: str, content: bytes) -> str:
        """Upload a file by one of the routes that take it; return the route and the status, a fault where it is one."""
        path, field = OF_ARCHIVES if is_archive(content) and case % 2 else ROUTES[case % len(ROUTES)]
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        self._connection.request("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
        answer = self._connection.getresponse()
        told = json.loads(answer.read())
        if answer.status >= 500 or not isinstance(told, dict) or (answer.status >= 400 and not told.get("detail")):
            return f"{path}: {FAULT} {answer.status} {told}"
        return f"{path}: {answer.status}"
