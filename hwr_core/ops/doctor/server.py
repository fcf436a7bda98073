"""Where hwr listens, and who does so there."""

import json
import socket
from http.client import HTTPConnection, HTTPException

from hwr_core.errors import InvalidValue
from hwr_core.ops.doctor.finding import Finding, State
from hwr_core.settings import Settings, confirm_binding, is_own_address

PATIENCE = 5.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  to ask a server there, not to bind


def address(settings: Settings) -> Finding:
    """Whether whoever reaches the server may do so."""
    try:
        confirm_binding(settings)
    except InvalidValue as error:
        return Finding("address", State.BAD, str(error), '"Deploy it" in the README shows each of these ways.')
    if is_own_address(settings.host):
        return Finding("address", State.GOOD, f"{settings.host}, which only this machine reaches")
    if not settings.has_sign_in:
        found = f"{settings.host}: whoever reaches it may do everything (HWR_ALLOW_OPEN)"
        return Finding("address", State.DOUBTFUL, found, "Let only people in whom you trust with that.")
    return Finding("address", State.GOOD, f"{settings.host}, with sign-in")


def port(settings: Settings) -> Finding:
    """Whether the port is free, or a healthy hwr listens there."""
    host = EVERYWHERE.get(settings.host, settings.host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, settings.port), family=family):
            return Finding("port", State.GOOD, f"{settings.port} is free")
    except OSError as error:
        reason = str(error.strerror).partition(" (while ")[0]
    status, problems = _asked(host, settings.port)
    if status == 200:
        return Finding("port", State.GOOD, f"a healthy hwr listens on {settings.port}")
    if status == 503:
        return Finding("port", State.BAD, f"the hwr on {settings.port} is not well: {problems}", "See its log.")
    advice = "End the program that listens there, or choose another port (HWR_PORT)."
    return Finding("port", State.BAD, f"{settings.port} cannot be used: {reason}", advice)


def _asked(host: str, number: int) -> tuple[int, str]:
    """The status of /health/ready and its problems; 0 where nothing of ours answers."""
    connection = HTTPConnection(host, number, timeout=PATIENCE)
    try:
        connection.request("GET", "/health/ready")
        response = connection.getresponse()
        answer = json.loads(response.read(100_000))
        return response.status, "; ".join(map(str, answer["problems"]))
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return 0, ""
    finally:
        connection.close()
