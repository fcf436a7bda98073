"""Live channels as a client uses them: addresses, strokes to send, answers."""

from typing import Any

from starlette.testclient import WebSocketTestSession

from hwr_core.images.strokes import place
from tests.handwriting import hand_made_strokes

DRAW, EVENTS = "/api/live/draw", "/api/live/events"
SIDE = 300


def strokes(digit: int) -> list[list[list[float]]]:
    """A digit as a client with a canvas of 300 by 300 sends it."""
    return [stroke.tolist() for stroke in place(hand_made_strokes(digit), side=SIDE, fill=0.7)]


def ask(channel: WebSocketTestSession, **message: Any) -> dict[str, Any]:
    """Send a message and return the answer to it."""
    channel.send_json({"width": SIDE, "height": SIDE} | message)
    answer: dict[str, Any] = channel.receive_json()
    return answer
