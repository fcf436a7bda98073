"""What every job's config has in common: values from outside become a checked object, or one sentence per fault."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hwr_core.errors import InvalidValue

Config = TypeVar("Config", bound=BaseModel)


def checked(kind: type[Config], values: Mapping[str, Any], what: str) -> Config:
    """Return a config with these values.

    Raises:
        InvalidValue: a name or a value is not allowed; `what` names the config in the message.
    """
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        faults = "; ".join(map(_in_words, error.errors()))
        raise InvalidValue(f"{what} is not valid: {faults}.") from error


def flat(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a config in which each value has one name: those of a part are "part.name"."""
    found: dict[str, Any] = {}
    for name, value in config.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found


def _in_words(fault: ErrorDetails) -> str:
    """What is wrong with one value, and what is allowed."""
    name = ".".join(map(str, fault["loc"]))
    match fault["type"]:
        case "missing":
            return f"{name} is missing"
        case "extra_forbidden":
            return f"there is no {name}" if name else "there is no value without a name"
        case "value_error":  # one of our own, which says what is wrong
            return str(fault["ctx"]["error"])
        case _:
            return f"{name} is {fault['input']!r}, and {fault['msg'].replace('Input', 'it', 1)}"
