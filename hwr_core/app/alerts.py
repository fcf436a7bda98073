"""Alerts: what has become worse is told once to a webhook, in the JSON that Slack and its like take.

Off unless `HWR_WEBHOOK` says where. A change that goes on is not told again; one that has gone may come back.
"""

import logging
from datetime import UTC, datetime
from hashlib import blake2b
from threading import Event, Thread

import httpx2
from pydantic import SecretStr

from hwr_core.analytics.changes import Change, Figure
from hwr_core.analytics.queries import Analytics
from hwr_core.app.replicas import Replicas
from hwr_core.db.store import Store
from hwr_core.errors import HwrError

log = logging.getLogger(__name__)

LOOK = 900.0
"""Seconds between two looks."""

STANDBY = 5.0
"""Seconds between two looks whether this server, of several, is the one that tells."""

PATIENCE = 10.0
"""Seconds that the receiver has to answer."""


class WebhookFailed(HwrError):
    """The receiver has not taken an alert."""


class Alerts:
    """The alerts of one workspace. Safe to use from many threads."""

    def __init__(self, webhook: SecretStr | None, store: Store, analytics: Analytics, replicas: Replicas) -> None:
        """`webhook`: an address that takes {"text": ...} by POST; None tells nobody. One of the replicas tells it."""
        self._replicas = replicas
        self._webhook = webhook
        self._store = store
        self._analytics = analytics
        self._closed = Event()

    def start(self) -> None:
        """Look again and again in the background from now on, where there is somebody to tell."""
        if self._webhook is not None:
            Thread(target=self._watch, name="alerts", daemon=True).start()

    def close(self) -> None:
        """Stop looking. May be repeated."""
        self._closed.set()

    def settle(self) -> None:
        """Tell what is new, and forget what has gone.

        Raises:
            StoreError: the history cannot be read or written at present.
            WebhookFailed: the receiver has not taken it; it is told at the next look.
        """
        found = {_name(change): change for change in self._analytics.changes()}
        with self._store.session() as cursor:
            told = {name for (name,) in cursor.execute("select change from alerts").fetchall()}
        if gone := told - found.keys():
            with self._store.writing() as cursor:
                cursor.execute("delete from alerts where change in (select unnest($1::text[]))", [[*gone]])
        for name in found.keys() - told:
            self._tell(f"hwr: {found[name].in_words()}")
            with self._store.writing() as cursor:
                cursor.execute("insert into alerts values ($1, $2)", [name, datetime.now(UTC)])

    def _tell(self, text: str) -> None:
        assert self._webhook is not None, "nobody is told where there is no webhook"
        try:
            answer = httpx2.post(self._webhook.get_secret_value(), json={"text": text}, timeout=PATIENCE)
        except httpx2.HTTPError as error:  # without its address, which may be a secret
            raise WebhookFailed(f"The webhook cannot be reached ({type(error).__name__}).") from error
        if not answer.is_success:
            raise WebhookFailed(f"The webhook answered with status {answer.status_code}.")

    def _watch(self) -> None:
        while True:
            try:
                if self._replicas.leads:
                    self.settle()
            except HwrError as error:
                log.warning("An alert could not be sent: %s", error)
            if self._closed.wait(LOOK if self._replicas.leads else STANDBY):
                return


def _name(change: Change) -> str:
    """What makes it the same change at the next look: the figure and the cause, not the numbers.

    Of a drift the figure alone: which of its shifts is the largest changes from look to look.
    A hash, so that the name of a user who is deleted does not stay behind here.
    """
    cause = "" if change.figure is Figure.DRIFT else change.cause.in_words()
    return blake2b(f"{change.figure}: {cause}".encode(), digest_size=16).hexdigest()
