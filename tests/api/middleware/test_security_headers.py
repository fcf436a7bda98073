"""Security headers."""

import pytest

from tests.api.signed_in import Site


@pytest.mark.parametrize("path", ["/health", "/api/nothing", "/docs", "/sign-in", "/openapi.json"])
def test_every_answer_tells_the_browser_what_is_allowed(site: Site, path: str) -> None:
    """Scripts and frames of others, and guesses of what a file is, are switched off on every answer."""
    headers = site.client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors" in headers["Content-Security-Policy"]
    assert "script-src 'unsafe-inline'" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
