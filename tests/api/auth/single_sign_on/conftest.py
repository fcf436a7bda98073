"""A provider that knows Ada, and servers on which she may sign in by it."""

from collections.abc import Iterator

import pytest

from hwr_core.settings import Settings
from tests.api.auth.single_sign_on.browser import WHO, site_with_provider
from tests.api.signed_in import Site
from tests.provider import Provider, providing


@pytest.fixture(scope="module")
def started() -> Iterator[Provider]:
    """One provider for all tests of this module."""
    with providing() as provider:
        yield provider


@pytest.fixture
def provider(started: Provider) -> Provider:
    """The provider, truthful and knowing Ada."""
    started.tell_the_truth()
    started.know("ada-1", **WHO)
    return started


@pytest.fixture
def site(settings: Settings, provider: Provider) -> Iterator[Site]:
    """A server whose viewer has Ada's address."""
    with site_with_provider(provider, settings) as site:
        yield site


@pytest.fixture(scope="module")
def opened(started: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Such a server for all tests that leave it as it is."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("single-sign-on") / "data")
    with site_with_provider(started, settings) as site:
        yield site


@pytest.fixture
def shared(opened: Site, provider: Provider) -> Site:
    """That server as a new browser finds it."""
    opened.client.cookies.clear()
    return opened
