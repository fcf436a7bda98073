"""Sign-in by an identity provider: OpenID Connect, authorization code flow with PKCE.

Imported only where a provider is set.
"""

from collections.abc import Mapping
from typing import Any

import httpx2
from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import Request
from fastapi.responses import Response
from joserfc.errors import JoseError
from starlette.datastructures import URL
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware

from hwr_core.app import Identity, new_token
from hwr_core.errors import NotSignedIn
from hwr_core.settings import Settings, confirm_single_sign_on

PATH = "/sign-in/oidc"
SECONDS = 600
"""How long a user may take at the provider."""
PATIENCE = 10.0
"""Seconds to wait for an answer of the provider."""
LEEWAY = 60
"""Seconds by which its clock may differ."""
SIGNATURES = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""Algorithms whose signatures only the provider can make; others are refused, whatever its metadata say."""


class Provider:
    """The one identity provider. The state of a sign-in under way lies in a signed cookie of that browser."""

    def __init__(self, settings: Settings) -> None:
        """Raise InvalidValue where a setting is missing; the provider is contacted when somebody signs in."""
        confirm_single_sign_on(settings)
        self.name = settings.oidc_name
        self._issuer = settings.oidc_issuer
        self._is_https = settings.cookie_secure
        secret = settings.oidc_secret
        self._client: Any = OAuth().register(
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=secret,
            server_metadata_url=f"{settings.oidc_issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "timeout": PATIENCE,
                "verify": httpx2.create_ssl_context(),  # once: authlib makes a client for each request
                **({} if secret else {"token_endpoint_auth_method": "none"}),
            },
        )

    def session(self) -> Middleware:
        """Return the middleware that keeps state, nonce and verifier in the browser; a restart of ours voids them."""
        return Middleware(
            SessionMiddleware,
            secret_key=new_token(),
            session_cookie="hwr_sign_in",
            max_age=SECONDS,
            path=PATH,
            same_site="lax",
            https_only=self._is_https,
        )

    async def redirect(self, request: Request, back: URL) -> Response:
        """Send the browser to the provider, which sends it back. Raises NotSignedIn."""
        try:
            await self._confirmed_metadata()
            answer: Response = await self._client.authorize_redirect(request, self._address(back))
        except FAULTS as error:
            raise self._explained(error) from error
        return answer

    async def identity(self, request: Request) -> Identity:
        """Return the identity of the user whom the provider has sent back. Raises NotSignedIn."""
        try:
            metadata = await self._confirmed_metadata()
            token = await self._client.authorize_access_token(
                request,
                claims_options={
                    "iss": {"essential": True, "value": metadata["issuer"]},
                    "aud": {"essential": True, "value": self._client.client_id},
                },
                leeway=LEEWAY,
            )
            return self._identity_of(token["userinfo"])
        except FAULTS as error:
            raise self._explained(error) from error
        finally:
            request.session.clear()  # what came back is valid once

    async def _confirmed_metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = await self._client.load_server_metadata()
        if str(metadata["issuer"]).rstrip("/") != self._issuer:
            raise ValueError("the metadata are of another issuer")
        offered = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        metadata["id_token_signing_alg_values_supported"] = sorted(SIGNATURES.intersection(offered))
        return metadata

    def _identity_of(self, claims: Mapping[str, Any]) -> Identity:
        assert self._issuer is not None  # else there is no provider
        # Only `true` counts: an address without the claim, or with another value, is not verified.
        email = claims.get("email") if claims.get("email_verified") is True else None
        names = (claims.get("preferred_username"), claims.get("name"), str(email or "").partition("@")[0])
        return Identity(
            self._issuer,
            str(claims["sub"]),
            email if isinstance(email, str) else None,
            tuple(name for name in names if isinstance(name, str) and name),
        )

    def _address(self, back: URL) -> str:
        return str(back.replace(scheme="https") if self._is_https else back)

    def _explained(self, error: Exception) -> NotSignedIn:
        if isinstance(error, httpx2.HTTPError):
            return NotSignedIn(f"{self.name} does not answer. Try again in a moment.")
        if isinstance(error, OAuthError) and error.error == "access_denied":
            return NotSignedIn(f"{self.name} has refused the sign-in.")
        if isinstance(error, OAuthError) and error.error in NOT_OURS:
            return NotSignedIn(f"{self.name} does not accept hwr as it is set up here. An admin can change that.")
        if isinstance(error, OAuthError):
            return NotSignedIn("This sign-in took too long, was used already, or began in another browser. Try again.")
        return NotSignedIn(f"The answer of {self.name} cannot be trusted. Try again, or tell an admin.")


NOT_OURS = frozenset({"invalid_client", "unauthorized_client", "invalid_scope"})
"""Errors of a provider to which client id, secret or scopes are unknown."""

FAULTS = (httpx2.HTTPError, OAuthError, JoseError, KeyError, ValueError, RuntimeError)
"""What can go wrong at a provider: no answer, a refusal, a missing claim, or an answer that is not to be trusted."""
