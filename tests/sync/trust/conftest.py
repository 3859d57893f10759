"""One simulated registry for all tests of trust; nothing in it changes."""

import pytest

from tests.sync.trust.world import World


@pytest.fixture(scope="session")
def world() -> World:
    return World.make()
