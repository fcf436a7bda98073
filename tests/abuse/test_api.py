"""Nothing that the document allows, and nothing that it forbids, makes the API answer what it does not promise."""

from pathlib import Path

import pytest

from tests.abuse.api import DOORS, abuse

pytestmark = pytest.mark.slow

EXAMPLES = 1
"""Of each operation and kind of request; `make abuse` tries many more."""

THOROUGHLY = ("sign-in off", "admin")
"""Those who reach the most; of the others each operation is asked once here, for time's sake."""


@pytest.mark.parametrize(
    "door", [pytest.param(door, marks=pytest.mark.long) if door == "admin" else door for door in DOORS]
)
def test_every_answer_is_one_that_the_document_promises(tmp_path: Path, door: str) -> None:
    """Sign-in off, signed out, as an admin, as a viewer: no 500, and no body, status or type but those promised."""
    with DOORS[door](tmp_path) as (app, headers):
        figures = abuse(app, headers, EXAMPLES, is_thorough=door in THOROUGHLY)
    assert figures.failures == {}
    assert figures.operations > 50
    assert figures.cases >= figures.operations
