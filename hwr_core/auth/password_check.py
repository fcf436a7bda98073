"""Checks a name and a password, one attempt at a time, slowed by the login throttle."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import BoundedSemaphore, Lock

from hwr_core.auth import secrets
from hwr_core.auth.audit_log import AuditLog
from hwr_core.auth.credentials import Credentials, CredentialsTable
from hwr_core.auth.known_devices import KnownDevices
from hwr_core.auth.login_throttle import LoginThrottle, Origin
from hwr_core.auth.passwords import fits
from hwr_core.errors import NotSignedIn, TooManyRequests
from hwr_core.settings import Settings

WRONG = "The name or the password is wrong."

MOST_WAITING, BUSY = 20, 5
"""Attempts from strange addresses that may wait at once, and seconds after which a further one may come again."""


class PasswordCheck:
    """The sign-ins by password of one store. Safe to use from many threads."""

    def __init__(
        self, credentials: CredentialsTable, audit_log: AuditLog, devices: KnownDevices, settings: Settings
    ) -> None:
        self._credentials = credentials
        self._audit_log = audit_log
        self._devices = devices
        self._throttle = LoginThrottle(settings)
        self.problem = self._throttle.problem
        # A hash takes 64 MiB, and no attempt may escape the count. Who is known does not wait behind strangers.
        self._one_known, self._one_stranger = Lock(), Lock()
        self._strangers = BoundedSemaphore(MOST_WAITING)

    def credentials(self, name: str, password: str, address: str, device: str | None = None) -> Credentials:
        """Return the credentials that a name and a password fit. Raises NotSignedIn and TooManyRequests.

        Args:
            name: of the user, in any case.
            password: as it was typed.
            address: where the attempt comes from.
            device: what the browser was given when somebody signed in with it before.
        """
        name = unicodedata.normalize("NFKC", name).strip()
        found = self._credentials.of_name(name)
        origin = Origin(address, self._known_as(found, address, device))
        # By id, so that another spelling that finds the same user is not another count.
        counted = f"user {found.caller.user_id}" if found else f"unknown {secrets.hash_of(name.casefold())}"
        with self._turn(origin):
            self._throttle.refuse_if_too_many(counted, origin)
            if fits(password, found.password_hash if found else None) and found is not None:
                self._throttle.succeeded(counted, origin)
                return replace(found, caller=replace(found.caller, address=address))
            self._throttle.failed(counted, origin)
        # An unknown name is not logged: it may be a password typed into the wrong field.
        about = "wrong password" if found else "unknown name"
        user_id = found.caller.user_id if found else None
        self._audit_log.add("sign-in refused", user_id=user_id, about=about, address=address)
        raise NotSignedIn(WRONG)

    def _known_as(self, found: Credentials | None, address: str, device: str | None) -> str | None:
        if found is None:
            return None
        if device is not None and self._devices.is_of(device, found):
            return self._devices.name_of(device)
        return address if self._audit_log.has_signed_in(found.caller.user_id, address) else None

    @contextmanager
    def _turn(self, origin: Origin) -> Iterator[None]:
        """Wait for one's turn; of strangers only so many may wait, so that a user is not kept behind thousands."""
        if origin.known_as is not None:
            with self._one_known:
                yield
            return
        if not self._strangers.acquire(blocking=False):
            raise TooManyRequests(f"Too many people are signing in. Try again in {BUSY} seconds.", retry_after=BUSY)
        try:
            with self._one_stranger:
                yield
        finally:
            self._strangers.release()
