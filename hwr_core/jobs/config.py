"""What every job's config has in common: values from outside become a checked object, or one sentence per fault."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

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
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'it'} is {fault['input']!r}: {fault['msg']}"
            for fault in error.errors()
        ]
        raise InvalidValue(f"{what} is not valid. {'; '.join(faults)}.") from error
