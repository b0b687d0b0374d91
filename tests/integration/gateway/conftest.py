"""A gateway in the test's own process, on real servers, and accounts with and without grants."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import uvloop
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.cache import cache

from agentcluster.messaging import Bus, connect
from agentcluster.security import tokens
from agentcluster.streams.batch import BatchWriter
from agents.gateway.models import GatewayGrant
from agents.gateway.process import GatewayProcess, Listening
from agents.node.node import profile
from agents.registry.register import register
from tests.integration.gateway.manifests import REMOTE

RESUME_S = 1.0


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Gateways run on uvloop, which treats sockets in its own way."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
async def bus(nats_url: str) -> AsyncIterator[Bus]:
    async with await connect(nats_url, "test") as one:
        yield one


@pytest.fixture
async def writer(redis_url: str) -> AsyncIterator[BatchWriter]:
    one = BatchWriter(redis_url)
    yield one
    await one.close()


@pytest.fixture(autouse=True)
def fresh_guesses() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def new_token(username: str, **grants: tuple[str, ...]) -> str:
    """Return a token of an account; ``join=("echo",)`` and the like are its grants."""
    user, _ = User.objects.get_or_create(username=username)
    for agent in {agent for agents in grants.values() for agent in agents}:
        rights = {f"may_{right}": agent in agents for right, agents in grants.items()}
        GatewayGrant.objects.update_or_create(user=user, agent=agent, defaults=rights)
    return tokens.create(user, "test")


@pytest.fixture
async def token(transactional_db: None) -> str:
    """A token that may join as the registered test agent, and give it tasks."""

    def make() -> str:
        register(REMOTE)
        return new_token("edge", join=("reverse",), call=("reverse",))

    return await sync_to_async(make)()


@pytest.fixture
async def gate(
    bus: Bus, writer: BatchWriter, transactional_db: None, settings: Any, redis_url: str
) -> AsyncIterator[GatewayProcess]:
    settings.GATEWAY_RESUME_S, settings.REDIS_URL = RESUME_S, redis_url
    one = GatewayProcess(bus, writer, profile("gateway", "", "gateway"), Listening("127.0.0.1", 0, 0))
    await one.start()
    yield one
    await one.stop(finish_s=0)
