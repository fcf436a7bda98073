"""Whom an experiment counts as one, where that is not the user: a header, or the API key that the request came with."""

from typing import Annotated

from fastapi import Depends, Header
from starlette.requests import HTTPConnection

from api.dependencies import caller_of


async def _unit(
    request: HTTPConnection,
    x_experiment_unit: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            description="Whom a running experiment counts as one, and serves by one model version: a device, a branch "
            "or a customer of yours. Only a hash of it is stored. The API key or the user when not given.",
            examples=["branch-17"],
        ),
    ] = None,
) -> str | None:
    if x_experiment_unit is not None:
        return f"unit:{x_experiment_unit}"
    return unit_of_caller(request)


def unit_of_caller(request: HTTPConnection) -> str | None:
    """Return the unit of a request that names none: its API key, where it came with one."""
    caller = caller_of(request)
    return None if caller is None or caller.key_id is None else f"key:{caller.key_id}"


UnitDep = Annotated[str | None, Depends(_unit)]
"""The unit of an experiment; None where the user is."""
