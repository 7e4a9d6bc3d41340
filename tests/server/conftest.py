"""One served Pixie for all tests of the HTTP surface that don't need one of their own."""

import pytest

from tests.server.live_pixie import add_tools, live_pixie


@pytest.fixture(scope="session")
def live(tmp_path_factory):
    """A served Pixie with the tools of live_pixie."""
    home = tmp_path_factory.mktemp("pixie")
    add_tools(home)
    with live_pixie(home) as served:
        yield served
