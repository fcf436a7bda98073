"""The keys of a user: by which key pages label, move, save and undo. Digits have their own keys, 0 to 9."""

import json
from dataclasses import asdict, dataclass, fields
from string import ascii_uppercase

from hwr_core.errors import InvalidValue

RESERVED = "CR"
"""With these letters Streamlit clears its cache and runs a page again."""
LETTERS = tuple(letter for letter in ascii_uppercase if letter not in RESERVED)
NAMED_KEYS = ("Enter", "Escape", "Backspace", "Delete", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")
ALLOWED_KEYS = (*NAMED_KEYS, *LETTERS)
"""As browsers name them, letters as capitals."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The key of each act, named as browsers do. Raises InvalidValue for a key that may not be taken, or twice."""

    agree: str = "Enter"
    not_a_digit: str = "N"
    undo: str = "U"
    """Removes a label, or undoes the last one."""
    back: str = "ArrowLeft"
    skip: str = "ArrowRight"
    save: str = "S"
    clear: str = "Escape"
    undo_stroke: str = "Z"

    def __post_init__(self) -> None:
        """Look at each key alone, and then at all of them."""
        acts: dict[str, str] = {}
        for act, key in self.by_act().items():
            if key not in ALLOWED_KEYS:
                raise InvalidValue(
                    f"{key[:20]!r} cannot be the key of {in_words(act)!r}; allowed are the letters but C and R, and "
                    f"{', '.join(NAMED_KEYS)}. The digits label."
                )
            if key in acts:
                raise InvalidValue(
                    f"{key} is the key of {in_words(acts[key])!r} and of {in_words(act)!r}; each needs its own."
                )
            acts[key] = act

    def by_act(self) -> dict[str, str]:
        """Return each act's name, as the fields have it, with its key."""
        return asdict(self)

    def to_json(self) -> str:
        """Return them as they are stored."""
        return json.dumps(self.by_act())


USUAL_KEYS = Keys()
"""Of a user who has chosen none."""


def in_words(act: str) -> str:
    """Return the name of an act as users read it."""
    return act.replace("_", " ").capitalize()


def keys_from_json(stored: str | None) -> Keys:
    """Return stored keys; the usual ones where a user has chosen none, or none that go with an act that came later."""
    if stored is None:
        return USUAL_KEYS
    known = {field.name for field in fields(Keys)}
    try:
        return Keys(**{act: key for act, key in json.loads(stored).items() if act in known})
    except InvalidValue:
        return USUAL_KEYS
