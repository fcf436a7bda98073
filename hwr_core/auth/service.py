"""The service of sign-in: sessions, tokens, API keys, roles, linked accounts, and the audit log."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hwr_core.auth import secrets
from hwr_core.auth.api_keys import ApiKey, ApiKeys
from hwr_core.auth.audit_log import GOT_TOKEN, SIGNED_IN, AuditEntry, AuditLog
from hwr_core.auth.caller_cache import CallerCache
from hwr_core.auth.credentials import Account, CredentialsTable
from hwr_core.auth.identities import Identities, Identity
from hwr_core.auth.known_devices import KnownDevices
from hwr_core.auth.password_check import PasswordCheck
from hwr_core.auth.passwords import hashed
from hwr_core.auth.permissions import Caller
from hwr_core.auth.sessions import Sessions
from hwr_core.auth.tokens import Claims, signed, verified
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue, NotSignedIn
from hwr_core.events import Events
from hwr_core.records.roles import Role
from hwr_core.records.users import Users
from hwr_core.settings import Settings

MAX_KEY_NAME = 64
MAX_KEY_DAYS = 3650
NOTE_USE_EVERY = 60.0
"""Seconds after which the use of a key is recorded again."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session or token: what the browser or program sends from now on, and for how long it is valid."""

    caller: Caller
    token: str
    lifetime: timedelta
    device: str | None = None
    """What a browser keeps beyond the session, and sends at the next sign-in; see `known_devices`."""


@dataclass(frozen=True, slots=True)
class CallersChanged:
    """A session, a key or a password has ended, or a role has changed: what is known of callers is out of date."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A new API key. `key` is shown only once."""

    key: str
    known: ApiKey


class AuthService:
    """Sign-in to one workspace. Safe to use from many threads."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        users: Users,
        *,
        events: Events | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`events`: where CallersChanged is published, for other servers."""
        self._settings = settings
        self._events = events
        self._users = users
        self._credentials = CredentialsTable(store)
        self._identities = Identities(store)
        self._sessions = Sessions(store)
        self._keys = ApiKeys(store)
        self._log = AuditLog(store)
        self._devices = KnownDevices(lambda: secrets.signing_secret(settings))
        self._passwords = PasswordCheck(self._credentials, self._log, self._devices, settings)
        self.limits_problem = self._passwords.problem
        self._caller_cache = CallerCache(clock)
        self._clock = clock
        self._noted: dict[int, float] = {}  # when the use of each key was recorded last

    @property
    def required(self) -> bool:
        """Whether users have to sign in."""
        return self._settings.auth == "required"

    def sign_in(self, name: str, password: str, *, address: str, device: str | None = None) -> SignedIn:
        """Begin a session. Raises NotSignedIn and TooManyRequests.

        `device` is what an earlier sign-in in the same browser returned: with it no stranger's guesses count.
        """
        found = self._passwords.credentials(name, password, address, device)
        return replace(self._begun(found.caller), device=self._devices.token(found))

    def sign_in_by(self, identity: Identity, *, address: str) -> SignedIn:
        """Begin a session for a user of an identity provider. Raises NotSignedIn."""
        may_join = self._settings.oidc_may_join(identity.email)
        try:
            caller = self._identities.caller(identity, may_join=may_join)
        except NotSignedIn as error:
            # With the subject an admin can link the account to a user.
            self.note_refused(f"{error} Subject {identity.subject}", address=address)
            raise
        return self._begun(replace(caller, address=address))

    def note_refused(self, about: str, *, address: str) -> None:
        """Record in the audit log that a single sign-on was refused, and why."""
        self._log.add("sign-in refused", about=about, address=address)

    def link(self, user_id: int, subject: str, *, caller: Caller | None = None) -> None:
        """Link an account at the identity provider to a user. Raises UserNotFound, InvalidValue and Conflict."""
        if not subject.strip() or self._settings.oidc_issuer is None:
            raise InvalidValue("An account needs a subject, and HWR_OIDC_ISSUER has to name its identity provider.")
        self._identities.link(user_id, Identity(self._settings.oidc_issuer, subject.strip()))
        self.note("linked an account", caller, f"user {user_id}: {subject.strip()}")

    def unlink(self, user_id: int, *, caller: Caller | None = None) -> None:
        """Unlink a user's accounts at identity providers and end the sessions. Raises UserNotFound and NotFound."""
        self._identities.unlink(user_id)
        self._callers_changed()
        self.note("unlinked accounts", caller, f"user {user_id}")

    def token(self, name: str, password: str, *, address: str) -> SignedIn:
        """Return a short-lived signed token. Raises NotSignedIn and TooManyRequests."""
        found = self._passwords.credentials(name, password, address)
        lifetime = timedelta(minutes=self._settings.token_minutes)
        claims = Claims(found.caller.user_id, found.changed_at.isoformat())
        token = signed(claims, secrets.signing_secret(self._settings), lifetime)
        self.note(GOT_TOKEN, found.caller)
        return SignedIn(found.caller, token, lifetime)

    def sign_out(self, token: str, caller: Caller) -> None:
        """End a session."""
        self.end_session(token)
        self.note("signed out", caller)

    def end_session(self, token: str) -> None:
        """End a session, such as an earlier one of a browser that signs in again; an unknown token is ignored."""
        self._sessions.end(secrets.hash_of(token))
        self._callers_changed()

    def by_session(self, token: str) -> Caller:
        """Return the caller of a session. Raises NotSignedIn."""
        name = secrets.hash_of(token)
        caller = self._caller_cache.get_or_find(f"session {name}", lambda: self._sessions.caller(name))
        return _known(caller, "You are not signed in, or your session has ended.")

    def by_key(self, key: str) -> Caller:
        """Return the caller of an API key. Raises NotSignedIn."""
        name = secrets.hash_of(key)
        caller = self._caller_cache.get_or_find(f"key {name}", lambda: self._keys.caller(name))
        caller = _known(caller, "The API key is unknown, revoked or expired.")
        assert caller.key_id is not None  # the table has just said so
        if self._clock() - self._noted.get(caller.key_id, -NOTE_USE_EVERY) >= NOTE_USE_EVERY:
            self._noted[caller.key_id] = self._clock()
            self._keys.mark_used(caller.key_id)
        return caller

    def by_token(self, token: str) -> Caller:
        """Return the caller of a signed token. Raises NotSignedIn."""
        claims = verified(token, secrets.signing_secret(self._settings))
        name = f"token {claims.user_id} {claims.since}"
        caller = self._caller_cache.get_or_find(name, lambda: self._holder(claims))
        return _known(caller, "The token is no longer valid. Sign in again.")

    def forget_callers(self) -> None:
        """Ask the database anew who each caller is: something has changed there."""
        self._caller_cache.forget()

    def set_password(self, user_id: int, password: str, *, caller: Caller | None = None) -> None:
        """Set a user's password and end all sessions and tokens. Raises UserNotFound and InvalidValue."""
        self._credentials.set_password(user_id, hashed(password, self._users.get(user_id).username))
        self._callers_changed()
        self.note("set a password", caller, f"user {user_id}")

    def change_password(self, caller: Caller, old: str, new: str) -> None:
        """Change the caller's password and end all sessions and tokens.

        Raises:
            NotSignedIn: the old password is wrong.
            InvalidValue: the new password is not allowed.
            TooManyRequests: too many attempts have failed.
        """
        self._passwords.credentials(caller.username, old, caller.address)
        self.set_password(caller.user_id, new, caller=caller)

    def set_role(
        self, user_id: int, role: Role, *, caller: Caller | None = None, even_last_admin: bool = False
    ) -> None:
        """Set a user's role. Raises UserNotFound, and Conflict where no active admin would be left."""
        self._credentials.set_role(user_id, role, even_last_admin=even_last_admin)
        self._callers_changed()
        self.note("set a role", caller, f"user {user_id}: {role}")

    def accounts(self) -> dict[int, Account]:
        """Return the accounts by user id; users without an account cannot sign in."""
        return self._credentials.accounts()

    def account(self, user_id: int) -> Account:
        """Return one user's account. Raises UserNotFound."""
        return self._credentials.account(user_id)

    def create_key(self, user_id: int, name: str, *, days: int | None = None, caller: Caller | None = None) -> NewKey:
        """Create an API key with which a program acts for a user. Raises InvalidValue, UserNotFound, UserInactive."""
        if not 1 <= len(name.strip()) <= MAX_KEY_NAME or not name.isprintable():
            raise InvalidValue(
                f"The name of a key has 1 to {MAX_KEY_NAME} characters, for example the program that uses it."
            )
        if days is not None and not 1 <= days <= MAX_KEY_DAYS:
            raise InvalidValue(f"days is {days}; 1 to {MAX_KEY_DAYS:,} is allowed.")
        key = secrets.new_key()
        expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
        known = self._keys.add(user_id, name.strip(), secrets.hash_of(key), key[: secrets.HINT], expires_at)
        self.note("made a key", caller, f"key {known.id} of user {user_id}")
        return NewKey(key, known)

    def keys(self, user_id: int | None = None) -> list[ApiKey]:
        """Return one user's keys, or all keys, newest first."""
        return self._keys.all(user_id)

    def revoke_key(self, user_id: int | None, key_id: int, *, caller: Caller | None = None) -> ApiKey:
        """Revoke a key, of one user or of any. Raises NotFound."""
        revoked = self._keys.revoke(user_id, key_id)
        self._callers_changed()
        self.note("revoked a key", caller, f"key {key_id} of user {revoked.user_id}")
        return revoked

    def audit(self, *, limit: int = 100, before: int | None = None) -> list[AuditEntry]:
        """Return the newest entries of the audit log, or those before an id. Raises InvalidValue."""
        return self._log.page(limit=limit, before=before)

    def note(self, act: str, caller: Caller | None, about: str = "") -> None:
        """Record an action in the audit log; without a caller it was done on the command line."""
        if caller is None:
            self._log.add(act, about=about, address="command line")
        else:
            self._log.add(act, user_id=caller.user_id, about=about, address=caller.address)

    def _callers_changed(self) -> None:
        self.forget_callers()
        if self._events is not None:
            self._events.publish(CallersChanged())

    def _begun(self, caller: Caller) -> SignedIn:
        token = secrets.new_token()
        lifetime = timedelta(hours=self._settings.session_hours)
        self._sessions.add(secrets.hash_of(token), caller.user_id, datetime.now(UTC) + lifetime)
        self.note(SIGNED_IN, caller)
        return SignedIn(caller, token, lifetime)

    def _holder(self, claims: Claims) -> Caller | None:
        found = self._credentials.of_user(claims.user_id)
        return found.caller if found is not None and found.changed_at.isoformat() == claims.since else None


def _known(caller: Caller | None, otherwise: str) -> Caller:
    if caller is None:
        raise NotSignedIn(otherwise)
    return caller
