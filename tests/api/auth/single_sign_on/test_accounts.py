"""Whom the provider vouches for: which user of ours that is, and who may join."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from hwr_core.auth.secrets import COOKIE
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.auth.single_sign_on.browser import (
    ADA,
    WHO,
    come_back,
    confirm_refused,
    sent_to_provider,
    sign_in_by_provider,
    site_with_provider,
)
from tests.api.client import client_of, refusal
from tests.api.signed_in import HERE, Site
from tests.provider import Provider


def test_a_user_signs_in_by_the_provider(site: Site, provider: Provider) -> None:
    """From the button to the page that was wanted, with a session like any other."""
    page = site.client.get("/sign-in?next=/history?of=all").text
    assert '<a class="with" href="/sign-in/oidc?next=%2Fhistory%3Fof%3Dall">Sign in with Example &lt;ID&gt;</a>' in page
    answer = sign_in_by_provider(site, provider, then="/history?of=all")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/history?of=all")
    assert "; httponly" in answer.headers["Set-Cookie"].lower()
    assert site.client.get("/api/me").json()["user_id"] == site.ids[Role.VIEWER]
    [newest, *_] = site.workspace.access.audit()
    assert (newest.act, newest.user_id) == ("signed in", site.ids[Role.VIEWER])
    assert site.workspace.access.account(site.ids[Role.VIEWER]).is_linked


def test_state_nonce_and_pkce_are_new_each_time(shared: Site, provider: Provider) -> None:
    """What ties the answer to the question is random, and the verifier is shown to the provider alone."""
    first, second = (parse_qs(urlsplit(sent_to_provider(shared)).query) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) >= 20
        assert first[name] != second[name]
    assert second["code_challenge_method"] == ["S256"]
    assert second["redirect_uri"] == ["http://testserver/sign-in/oidc/callback"]
    sent = sent_to_provider(shared)
    assert come_back(shared, provider.vouch(sent, "ada-1")).status_code == 303
    verifier = provider.asked[-1]["code_verifier"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert parse_qs(urlsplit(sent).query)["code_challenge"] == [challenge]


def test_an_account_stays_linked_to_its_user(site: Site, provider: Provider) -> None:
    """After the first time the subject counts: neither a new address nor somebody with the old one changes that."""
    sign_in_by_provider(site, provider)
    provider.know("ada-1", email="countess@example.org", email_verified=True)
    provider.know("eve-2", **WHO)
    site.client.cookies.clear()
    confirm_refused(site, sign_in_by_provider(site, provider, "eve-2"), "another account")
    assert sign_in_by_provider(site, provider).status_code == 303
    assert site.client.get("/api/me").json()["user_id"] == site.ids[Role.VIEWER]


def test_the_session_before_the_sign_in_ends(site: Site, provider: Provider) -> None:
    """A planted session id, or the session of another user in this browser, is worthless afterwards."""
    site.set_password(Role.ADMIN)
    site.sign_in(Role.ADMIN)
    before = site.client.cookies[COOKIE]
    sign_in_by_provider(site, provider)
    after = site.client.cookies[COOKIE]
    assert before != after
    site.client.cookies.clear()
    refusal(site.client.get("/api/me", headers={"Cookie": f"{COOKIE}={before}"}), 401)
    assert site.client.get("/api/me", headers={"Cookie": f"{COOKIE}={after}"}).json()["role"] == "viewer"


def test_an_admin_links_an_account(site: Site, provider: Provider) -> None:
    """The log names the refused subject; linked to a user, it signs in as that user."""
    provider.know("nameless-9")
    confirm_refused(
        site, sign_in_by_provider(site, provider, "nameless-9"), "There is no user for this account", "nameless-9"
    )
    access, analyst = site.workspace.access, site.ids[Role.ANALYST]
    access.link(analyst, "nameless-9")
    assert sign_in_by_provider(site, provider, "nameless-9").status_code == 303
    assert site.client.get("/api/me").json()["user_id"] == analyst
    access.unlink(analyst)
    refusal(site.client.get("/api/me"), 401)
    site.client.cookies.clear()
    confirm_refused(site, sign_in_by_provider(site, provider, "nameless-9"), "There is no user for this account")


def test_new_users_of_an_allowed_domain_become_viewers(settings: Settings, provider: Provider) -> None:
    """Of the domains allowed, by a verified address; the name is theirs alone."""
    with site_with_provider(provider, settings, oidc_create_for="example.org, other.example") as site:
        site.workspace.users.create("GRACE")
        provider.know("grace-1", email="grace@example.org", email_verified=True, preferred_username="Grace")
        assert sign_in_by_provider(site, provider, "grace-1").status_code == 303
        me = site.client.get("/api/me").json()
        assert (me["username"], me["role"]) == ("Grace 2", "viewer")
        assert site.workspace.users.get(me["user_id"]).email == "grace@example.org"
        site.client.cookies.clear()
        eves: dict[str, dict[str, Any]] = {
            "eve-1": {"email": "eve@example.org"},
            "eve-2": {"email": "eve@evil.example", "email_verified": True},
            "eve-3": {"email": "eve@sub.example.org", "email_verified": True},
        }
        for subject, claims in eves.items():
            provider.know(subject, **claims)
            confirm_refused(site, sign_in_by_provider(site, provider, subject), "There is no user for this account")
        assert len(site.workspace.users.all()) == 2 + len(Role) + 1


def test_everybody_may_join_where_the_setting_says_so(settings: Settings, provider: Provider) -> None:
    """An unverified address is neither stored nor matched; a name that is not allowed is not used."""
    provider.know("eve", email=ADA, preferred_username="=cmd|' /C calc'!A0")
    with site_with_provider(provider, settings, oidc_create_for="*") as site:
        assert sign_in_by_provider(site, provider, "eve").status_code == 303
        me = site.client.get("/api/me").json()
        assert (me["username"], me["role"]) == ("somebody", "viewer")
        assert site.workspace.users.get(me["user_id"]).email is None


@pytest.mark.parametrize("verified", [False, None, "true", "false", 1])
def test_an_unverified_address_matches_no_user(shared: Site, provider: Provider, verified: object) -> None:
    """Anybody may write somebody's address into their profile."""
    provider.know("eve", email=ADA, email_verified=verified)
    confirm_refused(shared, sign_in_by_provider(shared, provider, "eve"), "There is no user for this account")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_deactivated_user_cannot_sign_in(site: Site, provider: Provider, when: str) -> None:
    """Whether or not they had come in by the provider before."""
    if when == "after":
        sign_in_by_provider(site, provider)
        site.client.cookies.clear()
    site.workspace.users.change(site.ids[Role.VIEWER], is_active=False)
    confirm_refused(site, sign_in_by_provider(site, provider), "Your user is deactivated")
    assert site.workspace.users.get(site.ids[Role.VIEWER]).is_active is False


def test_an_address_of_several_users_matches_none(site: Site, provider: Provider) -> None:
    """Nobody is signed in as the first that matches."""
    site.workspace.users.change(site.ids[Role.ADMIN], email=ADA)
    confirm_refused(site, sign_in_by_provider(site, provider), "Several users have your email address")


def test_a_deleted_user_is_no_longer_linked(site: Site, provider: Provider) -> None:
    """The linked account is deleted with its user."""
    sign_in_by_provider(site, provider)
    site.client.cookies.clear()
    site.workspace.users.delete(site.ids[Role.VIEWER])
    confirm_refused(site, sign_in_by_provider(site, provider), "There is no user for this account")


def test_without_a_provider_there_is_no_button(settings: Settings, client: TestClient) -> None:
    """The addresses are none either, with sign-in or without."""
    refusal(client.get("/sign-in/oidc"), 404)
    with client_of(settings.model_copy(update={"auth": "required", "data_dir": settings.data_dir / "2"})) as other:
        assert "Sign in with" not in other.get("/sign-in").text
        refusal(other.get("/sign-in/oidc/callback?code=x&state=x", headers=HERE), 404)
