"""Scaling by policy on a real node, NATS, Redis and database: load makes a deployment grow, quiet makes it shrink."""

import asyncio
from typing import Any

import msgspec
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from agents.cluster import snapshot
from agents.domain.manifest import Manifest
from agents.domain.placement import Deployment as Wanted
from agents.domain.policy import Match, Policy, PolicySet
from agents.node.hosted import HostedAgent
from agents.node.node import Node, profile
from agents.placement.models import Change, Deployment
from agents.policies import live
from agents.registry.register import register
from agents.tools import resolve
from designer.domain.graph import Graph
from tests.agents.manifests import manifest
from tests.integration.engine.conftest import lab  # noqa: F401 - a fixture
from tests.integration.engine.lab import Lab, agent, line
from tests.waiting import until

SLEEPER = manifest("sleeper", schema={"type": "object"}, concurrency=2)
WORK: Graph = line(agent("sleep", "sleeper", input={"seconds": 1.5}))


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, settings: Any, nats_url: str):
    monkeypatch.setattr(live, "_known", live._Known(PolicySet()))
    monkeypatch.setattr(live, "_listeners", [])
    settings.NATS_URL = nats_url
    yield
    snapshot.close()


async def start_host(laboratory: Lab, version: Manifest) -> Node:
    """Start a node that hosts what is deployed of ``version``, and nothing else."""

    async def make(deployment: Wanted, instance: str, number: int) -> HostedAgent:
        return HostedAgent(version, instance, deployment.identity, resolve(version.entry_point), slot=number)

    node = Node(laboratory.bus, laboratory.writer, profile("lab"), (), make=make)
    await node.start()
    laboratory.nodes.append(node)
    return node


def running(node: Node) -> int:
    return sum(hosted.state == "Running" for hosted in node.agents)


def deployed(client: APIClient, replicas: int) -> None:
    register(SLEEPER)
    assert client.put("/api/v1/deployments/sleeper/1.2.0", {"replicas": replicas}, format="json").status_code == 200


@sync_to_async
def of_user() -> APIClient:
    client = APIClient()
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


@sync_to_async
def changes(client: APIClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/deployments/sleeper/changes").json()["results"]
    return found


def use(number: int = 7, **spec: Any) -> None:
    spec = {"min": 1, "max": 3, "up_after_s": 1, "down_after_s": 4, **spec}
    live.replace(PolicySet(number, (Policy("by-load", "scaling", Match(agent="sleeper"), spec),)))


async def numbers() -> dict[str, int]:
    return {row.version: row.replicas async for row in Deployment.objects.all()}


async def test_load_makes_a_deployment_grow_and_quiet_makes_it_shrink(lab: Lab) -> None:  # noqa: F811
    client = await of_user()
    await sync_to_async(deployed)(client, 1)
    node = await start_host(lab, SLEEPER)
    lab.start_engine()
    await until(lambda: running(node) == 1, 40)
    use()
    run_ids = await lab.start(WORK, count=40)
    await until(lambda: running(node) == 3, 40)
    rows = await lab.ended(*run_ids, timeout_s=60)
    assert {row.status for row in rows} == {"completed"}
    await until(lambda: running(node) == 1, 40)
    told = await changes(client)
    assert [(row["action"], row["replicas"], row["by"]) for row in told] == [
        ("scale", 1, "policy by-load v7"),
        ("scale", 3, "policy by-load v7"),
        ("create", 1, "ada"),
    ]
    assert "calls, " in told[1]["why"]
    assert told[0]["why"] == (
        "At work or waiting: 0 calls, 0 % of the 6 that the instances take at a time; the target is 70 %."
    )
    assert told[2]["why"] == ""
    shown = await sync_to_async(lambda: client.get("/api/v1/deployments").json()["results"][0])()
    assert (shown["replicas"], shown["changed_by"], shown["why"]) == (1, "policy by-load v7", told[0]["why"])


async def test_a_call_in_work_is_finished_before_its_instance_is_removed(lab: Lab) -> None:  # noqa: F811
    client = await of_user()
    await sync_to_async(deployed)(client, 3)
    node = await start_host(lab, SLEEPER)
    lab.start_engine()
    await until(lambda: running(node) == 3)
    run_ids = await lab.start(line(agent("sleep", "sleeper", input={"seconds": 6})), count=6)
    await until(lambda: sum(hosted.in_flight for hosted in node.agents) == 6)
    use(max=1, bring_back=True)
    await until(lambda: running(node) == 1, 40)
    rows = await lab.ended(*run_ids)
    assert {row.status for row in rows} == {"completed"}
    assert [len([e for e in lab.events(run_id) if type(e).__name__ == "StepStarted"]) for run_id in run_ids] == [1] * 6
    told = await changes(client)
    assert [(row["replicas"], row["by"], row["why"]) for row in told][:1] == [
        (1, "policy by-load v7", "The number was 3; the policy allows 1 to 1.")
    ]


async def test_a_number_set_by_hand_beyond_the_policy_stays(lab: Lab) -> None:  # noqa: F811
    client = await of_user()
    await sync_to_async(deployed)(client, 4)
    other = msgspec.structs.replace(SLEEPER, version="2.0.0")
    node = await start_host(lab, SLEEPER)
    await sync_to_async(register)(other)
    use(down_after_s=0)
    # Of a version that a policy brings back, so that it is seen that all were looked at.
    body = {"replicas": 4}
    await sync_to_async(lambda: client.put("/api/v1/deployments/sleeper/2.0.0", body, format="json"))()
    back = Policy("back", "scaling", Match("sleeper", "2.0.0"), {"max": 2, "bring_back": True})
    live.replace(PolicySet(8, (*live.current().policies, back)))
    lab.start_engine()
    async with asyncio.timeout(40):
        while await numbers() != {"1.2.0": 4, "2.0.0": 2}:  # noqa: ASYNC110 - what is waited for happens in the database
            await asyncio.sleep(0.05)
    await until(lambda: running(node) == 6, 40)
    assert await Change.objects.filter(deployment__version="1.2.0").acount() == 1
