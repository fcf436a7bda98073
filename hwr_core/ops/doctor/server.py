"""Checks of the address and the port of the server."""

import json
import socket
from http.client import HTTPConnection, HTTPException

from hwr_core.addresses import is_own_address
from hwr_core.errors import InvalidValue
from hwr_core.ops.doctor.finding import Finding, State
from hwr_core.settings import Settings, confirm_binding

PATIENCE = 5.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  to connect to, not to bind


def address(settings: Settings) -> Finding:
    """Check that only those reach the server who are meant to."""
    try:
        confirm_binding(settings)
    except InvalidValue as error:
        return Finding(
            "address",
            State.BAD,
            str(error),
            "The README links to the guide on operating hwr, which explains each of these options.",
        )
    if is_own_address(settings.host):
        return Finding("address", State.GOOD, f"{settings.host}, which only this machine can reach")
    if not settings.has_sign_in:
        found = f"{settings.host}: everybody who can reach it can do everything (HWR_ALLOW_OPEN)"
        return Finding("address", State.DOUBTFUL, found, "Make sure that only trusted users can reach it.")
    return Finding("address", State.GOOD, f"{settings.host}, with sign-in")


def port(settings: Settings) -> Finding:
    """Check that the port is free or a healthy hwr listens on it."""
    host = EVERYWHERE.get(settings.host, settings.host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, settings.port), family=family):
            return Finding("port", State.GOOD, f"{settings.port} is free")
    except OSError as error:
        reason = str(error.strerror).partition(" (while ")[0]
    status, problems = _ready_status(host, settings.port)
    if status == 200:
        return Finding("port", State.GOOD, f"a healthy hwr listens on {settings.port}")
    if status == 503:
        return Finding("port", State.BAD, f"the hwr on {settings.port} is not ready: {problems}", "See its log.")
    advice = "Stop the program that uses the port, or set another one (HWR_PORT)."
    return Finding("port", State.BAD, f"{settings.port} cannot be used: {reason}", advice)


def _ready_status(host: str, number: int) -> tuple[int, str]:
    """The status of /health/ready and its problems; 0 where no hwr answers."""
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
