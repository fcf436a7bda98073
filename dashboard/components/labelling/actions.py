"""What a button or a key does about the images of a session: label, move, undo."""

import time

from dashboard.components.keyboard.own_keys import own_keys
from dashboard.components.labelling.session import GivenLabel, Item, LabellingSession
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from hwr_core.app import DIGITS
from hwr_core.errors import HwrError


def label_keys() -> list[str]:
    """Return all keys that `take_key` heeds."""
    keys = own_keys()
    return [*map(str, DIGITS), keys.agree, keys.not_a_digit, keys.undo, keys.back, keys.skip]


def press(session: LabellingSession[Item], item: Item, digit: int | None) -> None:
    """Label an image by the mouse or a finger, unless that was meant for another one.

    The second click of a double click was, and for a moment the buttons of two images may be there.
    """
    if session.is_at(item) and not session.is_too_soon(time.monotonic()):
        _label(session, digit)


def move(session: LabellingSession[Item], item: Item, distance: int) -> None:
    """Go on, or back, from an image."""
    if session.is_at(item):
        session.move(distance)


def undo(session: LabellingSession[Item], steps: int) -> None:
    """Undo the last label, of so many steps."""
    if len(session.steps) == steps:  # else it is the button of the step before
        _undo(session)


def take_key(session: LabellingSession[Item], key: str) -> bool:
    """Do what a key says about the current image; return False where that failed."""
    keys = own_keys()
    if key == keys.undo:
        return not session.steps or _undo(session)
    if key == keys.back:
        session.move(-1)  # also from behind the last
        return True
    if session.current is None:
        return True
    if key == keys.skip:
        session.move(1)
        return True
    read = session.prediction_of(session.current).digit
    return _label(session, read if key == keys.agree else None if key == keys.not_a_digit else int(key))


def _label(session: LabellingSession[Item], digit: int | None) -> bool:
    """Label the current image and go on to the next; return whether that could be done."""
    assert session.current is not None  # asked by those who call
    label = GivenLabel(user_id(), digit)
    try:
        prediction_id = session.stored_id(session.current)
        workspace().feedback.give(prediction_id, user_id=label.user_id, actual_digit=digit)
    except HwrError as error:
        session.problem = error
        return False
    session.label(label, time.monotonic())
    return True


def _undo(session: LabellingSession[Item]) -> bool:
    step = session.steps[-1]
    feedback = workspace().feedback
    try:
        prediction_id = session.stored_id(step.item)
        if step.before is not None and step.before.user_id == step.label.user_id:
            feedback.give(prediction_id, user_id=step.before.user_id, actual_digit=step.before.digit)
        else:
            feedback.withdraw(prediction_id, user_id=step.label.user_id)
    except HwrError as error:
        session.problem = error
        return False
    session.undo()
    return True
