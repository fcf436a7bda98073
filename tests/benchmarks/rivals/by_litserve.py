"""LitServe, started as its guide says: `python -m tests.benchmarks.rivals.by_litserve PORT`."""

import sys

import litserve
import litserve.server

from tests.benchmarks.rivals.digits import Answer, answer, shipped_reader

WORKERS = 2

litserve.server._MCP_AVAILABLE = False  # noqa: SLF001  it knows mcp 1 only, and fails where mcp 2 is installed


class Digits(litserve.LitAPI):  # type: ignore[misc]  # it is not installed here
    """Reads digits; each of LitServe's workers has a reader of its own."""

    def setup(self, device: str) -> None:  # noqa: ARG002  LitServe passes it
        """Load the model in a worker."""
        self._reader = shipped_reader()

    def decode_request(self, request: dict[str, str]) -> str:
        """Return the image in base64."""
        return request["image_data"]

    def predict(self, image_data: str) -> Answer:
        """Read the image."""
        return answer(self._reader, image_data)

    def encode_response(self, output: Answer) -> Answer:
        """Return the answer as it is."""
        return output


if __name__ == "__main__":
    server = litserve.LitServer(Digits(api_path="/api/predict"), accelerator="cpu", workers_per_device=WORKERS)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", generate_client_file=False)
