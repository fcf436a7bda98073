"""The API does what its OpenAPI document says, whoever asks and whatever is sent."""

from collections.abc import Iterator

import pytest

from hwr_core.records import Role
from tests.conformance.walk import Asker, House, Walk, house, walk

EXAMPLES = 2
"""Fit requests for each operation, and as many unfit ones: `make conformance` sends hundreds."""


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server on which nobody has to sign in."""
    with house(tmp_path_factory.mktemp("open"), auth="off") as served:
        yield served


@pytest.fixture(scope="module")
def locked_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server on which everybody has to."""
    with house(tmp_path_factory.mktemp("locked"), auth="required") as served:
        yield served


def _walked(served: House, asker: Asker) -> Walk:
    found = walk(served, asker, EXAMPLES)
    assert found.operations > 50
    assert found.answers.total() > 150
    assert found.failures == []
    return found


def test_every_operation_keeps_to_the_document(open_house: House) -> None:
    """No answer is a fault or none that the document knows, whether a request is fit or not."""
    answers = _walked(open_house, None).answers
    assert answers[200] > 30
    assert answers[422] > 30


@pytest.mark.parametrize(("asker", "mostly"), [(None, 401), (Role.VIEWER, 403), (Role.ADMIN, 422)])
def test_it_does_so_where_people_sign_in(locked_house: House, asker: Asker, mostly: int) -> None:
    """Without a key, with one that may little, and with one that may all."""
    assert _walked(locked_house, asker).answers.most_common(1)[0][0] == mostly
