"""A real identity provider on a port of this machine: it vouches for whom a test says, and lies when it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import flask
import httpx2
import jwt
import oidc_provider_mock
from oidc_provider_mock._server import _threaded_server  # `run_server_in_thread` makes an app that cannot be changed

TOKENS = "/oauth2/token"

_browser = httpx2.Client()


@dataclass
class Provider:
    """The provider, what it is to say instead of the truth, and what it was asked for tokens with."""

    url: str = ""
    lies: dict[str, Any] = field(default_factory=dict)
    """Claims of an ID token to replace, those that are None to leave out."""
    forged_with: tuple[Any, str] | None = None
    """The key and the algorithm of whoever signs instead of the provider."""
    asked: list[dict[str, str]] = field(default_factory=list)

    def know(self, subject: str, **claims: Any) -> None:
        """Let the provider tell this of a person."""
        _browser.put(f"{self.url}/users/{subject}", json=claims).raise_for_status()

    def vouch(self, address: str, subject: str) -> str:
        """Sign in as a person where a browser was sent to; return where it is sent back."""
        return _browser.post(address, data={"sub": subject}).headers["Location"]

    def deny(self, address: str) -> str:
        """Say no where a browser was sent to; return where it is sent back."""
        return _browser.post(address, data={"action": "deny"}).headers["Location"]

    def tell_the_truth(self) -> None:
        """Forget all lies."""
        self.lies, self.forged_with = {}, None
        self.asked.clear()

    def rewritten(self, response: flask.Response) -> flask.Response:
        """Put the lies into an answer that holds an ID token, and note what it was asked for with."""
        if flask.request.path != TOKENS or response.status_code != 200:
            return response
        self.asked.append(flask.request.form.to_dict())
        body = response.get_json()
        claims = jwt.decode(body["id_token"], options={"verify_signature": False}) | self.lies
        # `is_private` on Python 3.11, whose newest provider has Authlib's keys, `private` on those after it.
        ours = jwt.PyJWK(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True, private=True))
        key, algorithm = self.forged_with or (ours.key, "RS256")
        body["id_token"] = jwt.encode(
            {name: value for name, value in claims.items() if value is not None},
            key,
            algorithm,
            headers=jwt.get_unverified_header(body["id_token"]) | {"alg": algorithm},
        )
        return flask.jsonify(body)


@contextmanager
def providing() -> Iterator[Provider]:
    """Start a provider, and end it afterwards."""
    provider = Provider()
    app = oidc_provider_mock.app()
    app.after_request(provider.rewritten)
    with _threaded_server(app, host="127.0.0.1") as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        yield provider
