"""A slot that somebody else takes while its instance works: the work ends well or is done again, and nothing is lost."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from asgiref.sync import sync_to_async

from agents.domain.manifest import identity
from agents.domain.placement import Slot, slot_key
from agents.node.tenancy import Tenancy
from agents.placement.models import Deployment
from agents.registry.register import register
from designer.domain import events as ev
from designer.domain.graph import Graph
from tests.conftest import Server
from tests.integration.engine.lab import Lab, agent, line
from tests.integration.placement.conftest import fleet, own_nats  # noqa: F401 - fixtures
from tests.integration.placement.fleet import Fleet, version
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
COUNTED = version("counted", schema={"type": "object"})


@pytest.fixture
async def lab(settings: Any, redis_url: str, own_nats: Server) -> AsyncIterator[Lab]:  # noqa: F811
    settings.REDIS_URL = redis_url
    async with Lab(redis_url, own_nats.url) as laboratory:
        yield laboratory


@pytest.fixture
async def nodes(lab: Lab, fleet: Fleet) -> Fleet:  # noqa: F811
    """Two nodes, and an engine that has two instances deployed: one at each."""
    await sync_to_async(register)(COUNTED)
    fleet.manifests[identity(COUNTED)] = COUNTED
    fields = {"agent": "counted", "version": COUNTED.version, "identity": identity(COUNTED)}
    await Deployment.objects.acreate(**fields, replicas=2, revision=1)
    for name in ("a", "b"):
        await fleet.add(name)
    lab.start_engine()
    await fleet.until_slots(COUNTED, lambda slots: [slot.state for slot in slots.values()] == ["running"] * 2)
    return fleet


def slow(trace: Path, seconds: float) -> Graph:
    return line(agent("a", "counted", input={"trace": str(trace), "seconds": seconds}), output={"got": "${ steps.a }"})


async def lose(lab: Lab, nodes: Fleet, run: str, trace: Path) -> ev.StepStarted:
    """Write another's name over the lease of the instance that works for ``run``, as a node that was cut off finds it."""
    await until(trace.exists)
    started: ev.StepStarted = await lab.seen(run, ev.StepStarted)
    slots = await nodes.slots(COUNTED)
    (number,) = [number for number, slot in slots.items() if slot.instance == started.instance]
    other = Slot("somebody-else", f"counted-{'0' * 6}-0-{'0' * 6}", 1)
    await nodes.bucket.put(slot_key("counted", identity(COUNTED), number), msgspec.json.encode(other))
    return started


def starts(lab: Lab, run: str) -> list[ev.StepStarted]:
    return [event for event in lab.events(run) if isinstance(event, ev.StepStarted)]


async def test_a_call_at_work_ends_before_its_instance_does(lab: Lab, nodes: Fleet, tmp_path: Path) -> None:
    (run,) = await lab.start(slow(tmp_path / "trace", 2.5))
    first = await lose(lab, nodes, run, tmp_path / "trace")
    await nodes.until_count(COUNTED, 1)
    more = await lab.start(slow(tmp_path / "more", 0.0), count=4)
    rows = await lab.ended(run, *more)
    assert [row.status for row in rows] == ["completed"] * 5
    assert rows[0].output == {"got": {"count": 1}}
    assert len(starts(lab, run)) == 1
    assert all(started[-1].instance != first.instance for started in (starts(lab, each) for each in more))
    await lab.check(run, *more, steps=2)


async def test_a_call_that_takes_too_long_is_done_again_elsewhere_and_says_why(
    lab: Lab, nodes: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tenancy.end, "__defaults__", (0.1,))
    (run,) = await lab.start(slow(tmp_path / "trace", 2.5))
    first = await lose(lab, nodes, run, tmp_path / "trace")
    (row,) = await lab.ended(run)
    assert (row.status, row.output) == ("completed", {"got": {"count": 2}})
    attempts = starts(lab, run)
    assert [event.attempt for event in attempts] == [*range(1, len(attempts) + 1)]
    assert attempts[-1].instance != first.instance
    (failed,) = [event for event in lab.events(run) if isinstance(event, ev.StepFailed)]
    assert (failed.error.code, bool(failed.retry_at)) == ("unavailable", True)
    assert "goes to another" in failed.error.message
    await lab.check(run, steps=2)
