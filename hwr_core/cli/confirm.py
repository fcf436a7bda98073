"""The question before something that cannot be undone."""

import sys

from hwr_core.errors import InvalidValue


def confirmed(question: str, *, yes: bool) -> bool:
    """Ask, unless --yes was given. Raises InvalidValue where there is no terminal to ask on."""
    if yes:
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        raise InvalidValue("This cannot be undone; add --yes to confirm it.")
    return input(f"{question} This cannot be undone. [y/N] ").strip().lower() in ("y", "yes")
