"""Values from outside -> a checked pydantic object, or one sentence for each fault."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from hwr_core.errors import InvalidValue

Model = TypeVar("Model", bound=BaseModel)


def checked(kind: type[Model], values: Mapping[str, Any], what: str) -> Model:
    """Return the object that the values make.

    Raises:
        InvalidValue: a name or a value is not allowed; `what` says in what.
    """
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'it'} is {fault['input']!r}: {fault['msg']}"
            for fault in error.errors()
        ]
        raise InvalidValue(f"{what} is not valid. {'; '.join(faults)}.") from error
