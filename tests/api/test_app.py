"""The app's life beyond single requests."""

import pytest

from api.app import create_app
from hwr_core.settings import Settings
from tests.api.client import finished


def test_a_server_that_fails_while_starting_lets_go_of_the_database(settings: Settings) -> None:
    """Where what runs beside the API cannot start, the API's workspace is closed all the same."""
    app = create_app(settings)

    async def start_and_fail() -> None:
        async with app.router.lifespan_context(app):
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011  the very one
        finished(start_and_fail())
    assert app.state.workspace.closed
