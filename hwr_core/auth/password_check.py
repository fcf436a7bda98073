"""Checks a name and a password, one attempt at a time, slowed by the login throttle."""

import unicodedata
from dataclasses import replace
from threading import Lock

from hwr_core.auth.audit_log import AuditLog
from hwr_core.auth.credentials import Credentials, CredentialsTable
from hwr_core.auth.login_throttle import LoginThrottle
from hwr_core.auth.passwords import fits
from hwr_core.errors import NotSignedIn

WRONG = "The name or the password is wrong."


class PasswordCheck:
    """The sign-ins by password of one store. Safe to use from many threads."""

    def __init__(self, credentials: CredentialsTable, audit_log: AuditLog) -> None:
        self._credentials = credentials
        self._audit_log = audit_log
        self._throttle = LoginThrottle()
        self._one_at_a_time = Lock()  # a hash takes 64 MiB, and no attempt may escape the count

    def credentials(self, name: str, password: str, address: str) -> Credentials:
        """Return the credentials that a name and a password fit. Raises NotSignedIn and TooManyRequests."""
        name = unicodedata.normalize("NFKC", name).strip()
        with self._one_at_a_time:
            self._throttle.refuse_if_too_many(name.lower(), address)
            found = self._credentials.of_name(name)
            if fits(password, found.password_hash if found else None) and found is not None:
                self._throttle.succeeded(name.lower(), address)
                return replace(found, caller=replace(found.caller, address=address))
            self._throttle.failed(name.lower(), address)
        # An unknown name is not logged: it may be a password typed into the wrong field.
        about = "wrong password" if found else "unknown name"
        user_id = found.caller.user_id if found else None
        self._audit_log.add("sign-in refused", user_id=user_id, about=about, address=address)
        raise NotSignedIn(WRONG)
