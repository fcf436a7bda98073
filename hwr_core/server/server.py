"""uvicorn with bounded connections, looked over once a second.

Of an app that only parses the body of a prediction, with 16 clients on two cores, uvicorn by httptools answered 2,955 a
second; by h11 0.66 of that, Granian 0.35 to 0.58. The event loop made no difference beyond the noise.
"""

import logging
from functools import partial

import uvicorn

from hwr_core.recognition.workers.memory import give_back_large_memory
from hwr_core.server.connections import Connections
from hwr_core.server.open_files import most_connections
from hwr_core.server.protocol import Connection, Patience
from hwr_core.settings import Settings

log = logging.getLogger(__name__)

SECONDS_TO_END = 15
"""How long requests have once the server is to stop; one whose client reads nothing would keep it for ever."""
KEEP_ALIVE = 75
"""Seconds for which a connection is kept between two requests: longer than proxies do, so that they end it, not we."""
SUMMARY = 10
"""Seconds between two lines of the log about connections that were ended: there may be thousands."""

_TICKS = 10
"""How often a second uvicorn looks up from its work."""


class Server(uvicorn.Server):
    """Serves the app, and ends the connections of clients that keep it waiting."""

    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self._connections = connections
        self._overdue = self._seconds = 0

    async def on_tick(self, counter: int) -> bool:
        """Once a second, end what is overdue."""
        if counter % _TICKS == 0:
            self._overdue += self._connections.end_overdue()
            self._seconds += 1
            if self._seconds % SUMMARY == 0:
                self._log()
        return await super().on_tick(counter)

    def _log(self) -> None:
        held = self._connections
        if self._overdue or held.gave_way or held.refused:
            log.warning(
                "Connections: %d ended because their clients took too long, %d to make room, %d refused; %d are open.",
                self._overdue,
                held.gave_way,
                held.refused,
                len(held),
            )
        self._overdue = held.gave_way = held.refused = 0


def server(app: str, settings: Settings) -> Server:
    """Return a server of the app that a factory makes, with the bounds that the settings name.

    Args:
        app: where the factory is, as "module:function".
        settings: say how long and how many.
    """
    give_back_large_memory()
    most = most_connections(settings.max_connections)
    if most < settings.max_connections:
        log.warning("The system lets this process have %d connections, not %d.", most, settings.max_connections)
    connections = Connections(most, settings.max_connections_per_address, settings.is_proxy)
    patience = Patience(settings.header_seconds, settings.body_seconds)
    return Server(
        uvicorn.Config(
            app,
            factory=True,
            http=partial(Connection, connections=connections, patience=patience),  # type: ignore[arg-type]  # made as a class is
            forwarded_allow_ips=list(settings.proxies),
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=SECONDS_TO_END,
            timeout_keep_alive=KEEP_ALIVE,
        ),
        connections,
    )
