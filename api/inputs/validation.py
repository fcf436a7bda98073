"""Validation errors in our own words: the field, the value given (shortened), what is allowed."""

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import UploadFile

MAX_ERRORS = 5
BODY = "The request's body"

_NEEDED = {
    "int": "a whole number is needed",
    "float": "a number is needed",
    "finite_number": "a finite number is needed",
    "string_too_short": "a text that is not empty is needed",
    "string": "a text is needed",
    "list": "a list is needed",
    "datetime": "a time with its offset from UTC, such as 2026-01-31T12:00:00+00:00, is needed",
    "timezone": "a time with its offset from UTC, such as 2026-01-31T12:00:00+00:00, is needed",
    "value_error": "a file is needed",  # FastAPI's only one: text where a file belongs
    "model": "a JSON object, sent as application/json, is needed",
    "dict": "a JSON object, sent as application/json, is needed",
}
"""What is needed instead, by the beginning of pydantic's name for the error."""

_BOUNDS = {"greater_than_equal": ("ge", "or more"), "less_than_equal": ("le", "or less")}

_short = reprlib.Repr()
_short.maxstring = _short.maxother = _short.maxlong = 60


def in_words(errors: Sequence[Mapping[str, Any]]) -> str:
    """Return a sentence for each of the first errors that pydantic found in a request."""
    return " ".join(_sentence(error) for error in errors[:MAX_ERRORS])


def _sentence(error: Mapping[str, Any]) -> str:
    kind = error["type"]
    names = [part for part in error["loc"][1:] if isinstance(part, str)] or [BODY]
    name = names[0]
    if kind == "json_invalid":
        return f"{name} is not valid JSON."
    if kind == "missing":
        inner = f"{names[-1]} of {name}" if len(names) > 1 else name
        return f"{BODY} is missing; a JSON object is needed." if name is BODY else f"{inner} is missing."
    return f"{name} is {_shortened(error['input'])}; {_needed(kind, error.get('ctx', {}))}."


def _needed(kind: str, context: Mapping[str, Any]) -> str:
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return f"{context[key]} {words} is allowed"
    return next((words for start, words in _NEEDED.items() if kind.startswith(start)), "this is not allowed")


def _shortened(value: object) -> str:
    if isinstance(value, UploadFile):
        return "a file"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return _short.repr(value)
