"""A laboratory for the engine."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.engine.lab import Lab


@pytest.fixture
async def lab(transactional_db: None, settings: Any, redis_url: str, nats_url: str) -> AsyncIterator[Lab]:
    settings.REDIS_URL = redis_url
    async with Lab(redis_url, nats_url) as laboratory:
        yield laboratory


@pytest.fixture
async def running(lab: Lab) -> Lab:
    """A laboratory with a node and an engine at work."""
    await lab.start_node()
    lab.start_engine()
    return lab
