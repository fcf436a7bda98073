"""What can go wrong between a client and its server."""

from hwr_core.errors import HwrError


class ApiError(HwrError):
    """The server has refused a request: `status` and, in words, why; `request_id` finds it in the server's log."""

    def __init__(self, status: int, detail: str, request_id: str | None = None) -> None:
        super().__init__(f"{detail} (status {status})")
        self.status = status
        self.detail = detail
        self.request_id = request_id


class Unreachable(HwrError):
    """The server cannot be reached, or has not answered in time. A request may have been carried out all the same."""
