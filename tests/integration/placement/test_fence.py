"""Whoever slept through its lease on placement writes nothing more, however awake it feels."""

import asyncio
import logging

import msgspec
import pytest
from django.contrib.auth.models import User

from agentcluster.messaging import Bucket
from agentcluster.messaging.fence import SharedFence
from agentcluster.subjects import LOCKS
from agentcluster.tasks import end
from agents.domain.manifest import identity
from agents.domain.placement import Deployment as Wanted
from agents.domain.placement import wanted_key
from agents.placement import pushing
from agents.placement.models import Deployment
from agents.registry.register import register
from tests.agents.manifests import manifest
from tests.integration.placement.fleet import Fleet
from tests.waiting import until

ECHO = manifest("echo", schema={"type": "object"})
LATER = 2**63
"""The number of a holder that came after everybody."""


class Scaler:
    """Counts how often it may look."""

    def __init__(self) -> None:
        self.steps = 0

    def forget(self) -> None:
        pass

    async def step(self) -> None:
        self.steps += 1


@pytest.fixture
def row(transactional_db) -> Deployment:
    register(ECHO)
    ada = User.objects.create_user("ada")
    return Deployment.objects.create(
        agent="echo", version=ECHO.version, identity=identity(ECHO), replicas=2, revision=1, changed_by=ada
    )


async def given(fleet: Fleet) -> int:
    value = await fleet.bucket.get(wanted_key("echo", identity(ECHO)))
    return msgspec.json.decode(value, type=Wanted).replicas if value else 0


async def until_given(fleet: Fleet, replicas: int) -> None:
    async with asyncio.timeout(20):
        while await given(fleet) != replicas:  # noqa: ASYNC110 - another task writes it to NATS
            await asyncio.sleep(0.05)


async def test_a_holder_whose_number_is_stale_neither_scales_nor_writes(fleet: Fleet, row: Deployment, caplog):
    caplog.set_level(logging.WARNING, logger=pushing.__name__)
    locks, scaler = Bucket(fleet.bus, LOCKS), Scaler()
    running = asyncio.create_task(pushing.run_placement(fleet.bus, scaler))
    try:
        await until_given(fleet, 2)
        await SharedFence(locks, pushing.FENCE).check(LATER)
        looked = scaler.steps
        await Deployment.objects.filter(pk=row.pk).aupdate(replicas=3, revision=2)
        await until(lambda: caplog.text.count("holds no longer") >= 2, 20)
        assert await given(fleet) == 2
        assert scaler.steps <= looked + 1
        await locks.delete(pushing.FENCE)
        await until_given(fleet, 3)
    finally:
        await end(running)
