"""The front desk: lets people in, knows who they are, hands out keys, and writes down what they do."""

import time
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock

from hwr_core.auth import secrets
from hwr_core.auth.api_keys import ApiKey, ApiKeys
from hwr_core.auth.audit_log import AuditEntry, AuditLog
from hwr_core.auth.caller_cache import CallerCache
from hwr_core.auth.credentials import Account, Credentials, CredentialsTable
from hwr_core.auth.identities import Identities, Identity
from hwr_core.auth.login_throttle import LoginThrottle
from hwr_core.auth.passwords import fits, hashed
from hwr_core.auth.permissions import Caller
from hwr_core.auth.sessions import Sessions
from hwr_core.auth.tokens import Claims, signed, verified
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue, NotSignedIn
from hwr_core.records.roles import Role
from hwr_core.records.users import Users
from hwr_core.settings import Settings

MAX_KEY_NAME = 64
MAX_KEY_DAYS = 3650
USED_AGAIN = 60.0
"""Seconds after which the use of a key is noted anew."""

WRONG = "The name or the password is wrong."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh sign-in: what the browser or the program is to show from now on, and for how long it holds."""

    caller: Caller
    token: str
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class NewKey:
    """A new API key. `key` is shown once and never again."""

    key: str
    known: ApiKey


class AuthService:
    """Who may come in to one workspace. Safe to use from many threads."""

    def __init__(self, settings: Settings, store: Store, users: Users) -> None:
        self._settings = settings
        self._users = users
        self._credentials = CredentialsTable(store)
        self._identities = Identities(store)
        self._sessions = Sessions(store)
        self._keys = ApiKeys(store)
        self._log = AuditLog(store)
        self._login_throttle = LoginThrottle()
        self._caller_cache = CallerCache()
        self._checking = Lock()
        self._used: dict[int, float] = {}

    @property
    def required(self) -> bool:
        """Whether people have to sign in at all."""
        return self._settings.auth == "required"

    def sign_in(self, name: str, password: str, *, address: str) -> SignedIn:
        """Begin a session. Raises NotSignedIn and TooManyRequests."""
        return self._begun(self._checked(name, password, address).caller)

    def sign_in_by(self, identity: Identity, *, address: str) -> SignedIn:
        """Begin a session for whom an identity provider has vouched. Raises NotSignedIn."""
        may_join = self._settings.oidc_may_join(identity.email)
        try:
            caller = self._identities.caller(identity, may_join=may_join)
        except NotSignedIn as error:
            # The subject, by which an admin can let the person in.
            self.note_refused(f"{error} Subject {identity.subject}", address=address)
            raise
        return self._begun(replace(caller, address=address))

    def note_refused(self, about: str, *, address: str) -> None:
        """Write into the audit log that somebody was not let in by an identity provider, and why."""
        self._log.add("sign-in refused", about=about, address=address)

    def link(self, user_id: int, subject: str, *, caller: Caller | None = None) -> None:
        """Let an account at the identity provider in as a person. Raises UserNotFound, InvalidValue and Conflict."""
        if not subject.strip() or self._settings.oidc_issuer is None:
            raise InvalidValue("An account is a subject at the identity provider that HWR_OIDC_ISSUER names.")
        self._identities.link(user_id, Identity(self._settings.oidc_issuer, subject.strip()))
        self.note("linked an account", caller, f"user {user_id}: {subject.strip()}")

    def unlink(self, user_id: int, *, caller: Caller | None = None) -> None:
        """Forget a person's accounts at identity providers; their sessions end. Raises UserNotFound and NotFound."""
        self._identities.unlink(user_id)
        self._caller_cache.forget()
        self.note("unlinked accounts", caller, f"user {user_id}")

    def token(self, name: str, password: str, *, address: str) -> SignedIn:
        """Make a short-lived signed token. Raises NotSignedIn and TooManyRequests."""
        found = self._checked(name, password, address)
        lifetime = timedelta(minutes=self._settings.token_minutes)
        claims = Claims(found.caller.user_id, found.changed_at.isoformat())
        token = signed(claims, secrets.signing_secret(self._settings), lifetime)
        self.note("got a token", found.caller)
        return SignedIn(found.caller, token, lifetime)

    def sign_out(self, token: str, caller: Caller) -> None:
        """End a session."""
        self.end_session(token)
        self.note("signed out", caller)

    def end_session(self, token: str) -> None:
        """End whatever session a browser came with before it gets a new one; an unknown one is none."""
        self._sessions.end(secrets.hash_of(token))
        self._caller_cache.forget()

    def by_session(self, token: str) -> Caller:
        """Return who is signed in. Raises NotSignedIn."""
        name = secrets.hash_of(token)
        caller = self._caller_cache.get_or_find(f"session {name}", lambda: self._sessions.caller(name))
        return _known(caller, "You are not signed in, or your sign-in has ended.")

    def by_key(self, key: str) -> Caller:
        """Return whom an API key acts for. Raises NotSignedIn."""
        name = secrets.hash_of(key)
        caller = self._caller_cache.get_or_find(f"key {name}", lambda: self._keys.caller(name))
        caller = _known(caller, "The API key is unknown, revoked or past its time.")
        assert caller.key_id is not None  # the table has just said so
        if time.monotonic() - self._used.get(caller.key_id, -USED_AGAIN) >= USED_AGAIN:
            self._used[caller.key_id] = time.monotonic()
            self._keys.mark_used(caller.key_id)
        return caller

    def by_token(self, token: str) -> Caller:
        """Return whose a signed token is. Raises NotSignedIn."""
        claims = verified(token, secrets.signing_secret(self._settings))
        name = f"token {claims.user_id} {claims.since}"
        caller = self._caller_cache.get_or_find(name, lambda: self._still(claims))
        return _known(caller, "The token is not valid any more. Sign in again.")

    def set_password(self, user_id: int, password: str, *, caller: Caller | None = None) -> None:
        """Give a person a password; all their sessions and tokens end. Raises UserNotFound and InvalidValue."""
        self._credentials.set_password(user_id, hashed(password, self._users.get(user_id).username))
        self._caller_cache.forget()
        self.note("set a password", caller, f"user {user_id}")

    def change_password(self, caller: Caller, old: str, new: str) -> None:
        """Change one's own password; all one's sessions and tokens end.

        Raises:
            NotSignedIn: the old one is wrong.
            InvalidValue: the new one is not allowed.
            TooManyRequests: the old one was guessed too often.
        """
        self._checked(caller.username, old, caller.address)
        self.set_password(caller.user_id, new, caller=caller)

    def set_role(
        self, user_id: int, role: Role, *, caller: Caller | None = None, even_last_admin: bool = False
    ) -> None:
        """Give a person a role. Raises UserNotFound, and Conflict where no active admin would be left."""
        self._credentials.set_role(user_id, role, even_last_admin=even_last_admin)
        self._caller_cache.forget()
        self.note("set a role", caller, f"user {user_id}: {role}")

    def accounts(self) -> dict[int, Account]:
        """Return what lets people in, by their ids; whoever is not in it cannot sign in."""
        return self._credentials.accounts()

    def account(self, user_id: int) -> Account:
        """Return what lets one person in. Raises UserNotFound."""
        return self._credentials.account(user_id)

    def create_key(self, user_id: int, name: str, *, days: int | None = None, caller: Caller | None = None) -> NewKey:
        """Make an API key by which a program acts for a person. Raises InvalidValue, UserNotFound and UserInactive."""
        if not 1 <= len(name.strip()) <= MAX_KEY_NAME or not name.isprintable():
            raise InvalidValue(f"A key's name has 1 to {MAX_KEY_NAME} characters, such as the program it is for.")
        if days is not None and not 1 <= days <= MAX_KEY_DAYS:
            raise InvalidValue(f"The key is to hold {days} days; 1 to {MAX_KEY_DAYS} are allowed.")
        key = secrets.new_key()
        expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
        known = self._keys.add(user_id, name.strip(), secrets.hash_of(key), key[: secrets.HINT], expires_at)
        self.note("made a key", caller, f"key {known.id} of user {user_id}")
        return NewKey(key, known)

    def keys(self, user_id: int | None = None) -> list[ApiKey]:
        """Return one person's keys, or everybody's, the newest first."""
        return self._keys.all(user_id)

    def revoke_key(self, user_id: int | None, key_id: int, *, caller: Caller | None = None) -> ApiKey:
        """End a key, one person's or anybody's. Raises NotFound."""
        revoked = self._keys.revoke(user_id, key_id)
        self._caller_cache.forget()
        self.note("revoked a key", caller, f"key {key_id} of user {revoked.user_id}")
        return revoked

    def audit(self, *, limit: int = 100, before: int | None = None) -> list[AuditEntry]:
        """Return the newest entries of the audit log, or those older than one. Raises InvalidValue."""
        return self._log.page(limit=limit, before=before)

    def note(self, act: str, caller: Caller | None, about: str = "") -> None:
        """Write into the audit log what somebody did, on the command line where nobody is signed in."""
        if caller is None:
            self._log.add(act, about=about, address="command line")
        else:
            self._log.add(act, user_id=caller.user_id, about=about, address=caller.address)

    def _begun(self, caller: Caller) -> SignedIn:
        token = secrets.new_token()
        lifetime = timedelta(hours=self._settings.session_hours)
        self._sessions.add(secrets.hash_of(token), caller.user_id, datetime.now(UTC) + lifetime)
        self.note("signed in", caller)
        return SignedIn(caller, token, lifetime)

    def _still(self, claims: Claims) -> Caller | None:
        found = self._credentials.of_user(claims.user_id)
        return found.caller if found is not None and found.changed_at.isoformat() == claims.since else None

    def _checked(self, name: str, password: str, address: str) -> Credentials:
        """The credentials that fit, one guess at a time: a hash takes 64 MiB, and none slips past the count."""
        name = unicodedata.normalize("NFKC", name).strip()
        with self._checking:
            self._login_throttle.refuse_if_too_many(name.lower(), address)
            found = self._credentials.of_name(name)
            if fits(password, found.password_hash if found else None) and found is not None:
                self._login_throttle.succeeded(name.lower(), address)
                return replace(found, caller=replace(found.caller, address=address))
            self._login_throttle.failed(name.lower(), address)
        # The name itself is not written down where nobody has it: people type passwords there.
        about = "wrong password" if found else "unknown name"
        self._log.add("sign-in refused", user_id=found.caller.user_id if found else None, about=about, address=address)
        raise NotSignedIn(WRONG)


def _known(caller: Caller | None, otherwise: str) -> Caller:
    if caller is None:
        raise NotSignedIn(otherwise)
    return caller
