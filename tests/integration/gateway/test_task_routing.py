"""Tasks go where steps would go: by load, by weight, within limits, past open breakers."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import grpc
import msgspec
import pytest
from asgiref.sync import sync_to_async

from agentcluster.messaging import Bus
from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.connections import SyncClient, sync_client
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.tasks import read_consumers
from agents.cluster.placement import placement_bucket
from agents.domain.calls import CallError, CallReply
from agents.domain.placement import Deployment, wanted_key
from agents.domain.policy import Kind, Match, Policy, PolicySet
from agents.gateway.generated import agent_service_pb2 as pb
from agents.gateway.process import GatewayProcess, Listening
from agents.node.node import profile
from agents.policies import live
from agents.registry.register import register
from agents.routing.worker_breakers import Breakers
from tests.integration.gateway.guests import GrpcGuest, WsGuest
from tests.integration.gateway.manifests import REMOTE
from tests.waiting import until

NEWER = msgspec.structs.replace(REMOTE, version="2.0.0")
IDENTITY = "agent://sha256:" + "2" * 64
BREAKER = {"min_calls": 2, "error_rate": 0.5, "window_s": 30.0, "open_s": 1.0, "half_open_calls": 1}

Send = Callable[..., "asyncio.Task[pb.SendTaskResponse]"]
Join = Callable[..., Awaitable[WsGuest]]
Decide = Callable[..., None]


@pytest.fixture
def client(redis_url: str) -> Iterator[SyncClient]:
    one = sync_client(redis_url)
    one.flushdb()
    yield one
    one.close()


@pytest.fixture
async def join(client: SyncClient, gate: GatewayProcess, token: str) -> AsyncIterator[Join]:
    """Has another agent join, and waits until tasks may go to it."""
    joined: list[WsGuest] = []

    async def one(version: str = "1.0.0") -> WsGuest:
        guest = await WsGuest(gate.ws.port, token).join(agent="reverse", version=version)
        joined.append(guest)
        instance = (await guest.heard("welcome"))["instance"]
        await until(lambda: gate.view.instance(instance) is not None)
        return guest

    yield one
    for guest in joined:
        await guest.close()


@pytest.fixture
async def send(gate: GatewayProcess, token: str) -> AsyncIterator[Send]:
    """Gives a task; what comes of it is the result of the asyncio task that is returned."""
    guest = GrpcGuest(gate.grpc.port, token)
    sent: list[asyncio.Task[Any]] = []

    def ask(call_id: str, **fields: Any) -> "asyncio.Task[pb.SendTaskResponse]":
        request = pb.SendTaskRequest(call_id=call_id, agent="reverse", input='{"text": "abc"}', **fields)
        answer: asyncio.Task[Any] = asyncio.ensure_future(guest.stub.SendTask(request, metadata=guest.metadata))
        sent.append(answer)
        return answer

    yield ask
    for each in sent:
        each.cancel()
    await asyncio.gather(*sent, return_exceptions=True)
    await guest.close()


@pytest.fixture
async def other(bus: Bus, writer: BatchWriter, gate: GatewayProcess) -> AsyncIterator[GatewayProcess]:
    """A second gateway."""
    one = GatewayProcess(bus, writer, profile("other", "", "gateway"), Listening("127.0.0.1", 0, 0))
    await one.start()
    yield one
    await one.stop(finish_s=0)


@pytest.fixture
def decide() -> Iterator[Decide]:
    """Puts one policy in force."""
    before = live.current()

    def put(kind: Kind, spec: dict[str, Any], **match: str) -> None:
        live.replace(PolicySet(live.current().number + 1, (Policy("mine", kind, Match(**match), spec),)))

    yield put
    live.replace(PolicySet(live.current().number + 1, before.policies))


async def has(guest: WsGuest, count: int) -> list[str]:
    """Wait until an agent has been given so many calls; return their ids."""
    await until(lambda: guest.count("call") >= count)
    return [told["call_id"] for told in guest.told if told["type"] == "call"]


def pending(client: SyncClient) -> dict[str, int]:
    """Return what the agent's consumer group has at each instance."""
    return {each.instance: each.pending for each in read_consumers(client, "reverse") if each.pending}


async def refused(asking: Awaitable[Any]) -> dict[str, Any]:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await asking
    return {"status": error.value.code(), "message": error.value.details(), **dict(error.value.trailing_metadata())}


async def test_the_gateway_knows_at_once_what_it_has_given(join: Join, send: Send) -> None:
    first = await join()
    for number in range(2):
        send(f"busy-{number}")
    await has(first, 2)
    second = await join()
    for number in range(2):
        send(f"more-{number}")
    await has(second, 2)
    assert (first.count("call"), second.count("call")) == (2, 2)


async def test_tasks_stand_in_the_consumer_group_for_as_long_as_they_are_at_work(
    join: Join, send: Send, client: SyncClient
) -> None:
    agent = await join()
    asked = send("job-1", wait_ms=300)
    (call_id,) = await has(agent, 1)
    instance = (await agent.heard("welcome"))["instance"]
    await until(lambda: pending(client) == {instance: 1})
    assert (await asked).status == pb.SendTaskResponse.RUNNING
    # Nobody waits for it any more, and it is at work all the same.
    send("job-2")
    await until(lambda: pending(client) == {instance: 2})
    await agent.result(call_id, {"text": "cba"})
    await until(lambda: pending(client) == {instance: 1})
    assert (await send("job-1")).output == '{"text":"cba"}'


async def test_what_others_have_given_counts(join: Join, send: Send, client: SyncClient, gate: GatewayProcess) -> None:
    """An engine worker, or another gateway, has filled one of two instances."""
    first, second = await join(), await join()
    full = (await first.heard("welcome"))["instance"]
    for number in range(5):
        client.xadd(keys.tasks("reverse"), {"i": full, "c": f"run/{number}", "w": "engine"})
    client.xgroup_create(keys.tasks("reverse"), "instances", "0")
    client.xreadgroup("instances", full, {keys.tasks("reverse"): ">"})
    # The first task has the group looked at.
    send("job-0")
    await until(lambda: gate.desk.router._loads._seen.get("reverse"))
    send("job-1")
    await until(lambda: first.count("call") + second.count("call") == 2)
    assert any(told["call_id"].endswith("job-1") for told in second.told if told["type"] == "call")


async def test_who_asks_at_another_gateway_waits_at_the_instance_that_has_it(
    join: Join, send: Send, client: SyncClient, other: GatewayProcess, token: str
) -> None:
    agent = await join()
    first, at = send("job"), (await agent.heard("welcome"))["instance"]
    await until(lambda: pending(client) == {at: 1})
    await join()
    guest = GrpcGuest(other.grpc.port, token)
    request = pb.SendTaskRequest(call_id="job", agent="reverse", input='{"text": "abc"}')
    second = asyncio.ensure_future(guest.stub.SendTask(request, metadata=guest.metadata))
    try:
        await until(lambda: sum(pending(client).values()) == 2)
        assert pending(client) == {at: 2}
        await agent.result((await has(agent, 1))[0], {"text": "cba"})
        assert {(await each).output for each in (first, second)} == {'{"text":"cba"}'}
    finally:
        second.cancel()
        await guest.close()


async def test_a_full_instance_is_no_answer_while_there_is_time(
    join: Join, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.node.hosted.HostedAgent.queue_limit", 0)
    agent = await join()
    for number in range(2):
        send(f"busy-{number}")
    ids = await has(agent, 2)
    answer = await send("late", wait_ms=400)
    assert (answer.status, answer.error.code) == (pb.SendTaskResponse.ERROR, "overloaded")
    assert answer.error.retryable
    patient = send("late")
    await agent.result(ids[0], {"text": "cba"})
    await agent.result((await has(agent, 3))[-1], {"text": "late"})
    assert json.loads((await patient).output) == {"text": "late"}


async def test_an_agent_that_keeps_failing_gets_no_tasks_until_it_is_tried_again(
    join: Join, send: Send, decide: Decide, client: SyncClient
) -> None:
    decide("circuit_breaker", BREAKER, agent="reverse")
    agent = await join()
    done = send("good")
    await agent.result((await has(agent, 1))[-1], {"text": "cba"})
    assert (await done).status == pb.SendTaskResponse.OK
    failing = send("bad")
    await agent.failure((await has(agent, 2))[-1], code="tired", message="Not now.", retryable=True)
    assert (await failing).error.code == "tired"
    await until(lambda: client.hexists(keys.BREAKERS, "reverse@1.0.0"))
    told = await refused(send("more"))
    assert (told["status"], told["agentcluster-code"]) == (grpc.StatusCode.UNAVAILABLE, "breaker_open")
    assert told["retry-after"] == "1"
    assert "reverse@1.0.0 is open since" in told["message"]
    assert (await send("good")).output == '{"text":"cba"}', "what was done is told all the same"
    assert agent.count("call") == 2
    await until(lambda: not still_open(client))
    probe = send("probe")
    await agent.result((await has(agent, 3))[-1], {"text": "well"})
    assert (await probe).output == '{"text":"well"}'
    await until(lambda: b'"closed"' in state(client) or b'"state"' not in state(client))
    well = send("well")
    await agent.result((await has(agent, 4))[-1], {"text": "well"})
    assert (await well).status == pb.SendTaskResponse.OK


def state(client: SyncClient) -> bytes:
    value: Any = client.hget(keys.BREAKERS, "reverse@1.0.0")
    return value or b""


def still_open(client: SyncClient) -> bool:
    return b'"open"' in state(client)


async def test_a_breaker_that_an_engine_worker_has_opened_holds_for_tasks(
    join: Join, send: Send, decide: Decide, gate: GatewayProcess, writer: BatchWriter
) -> None:
    decide("circuit_breaker", {**BREAKER, "open_s": 60.0}, agent="reverse")
    await join()
    engine = Breakers(RunLog(writer), "engine")
    bad = CallReply("r/s/1", "error", error=CallError("agent_error", "…"), received_ms=1, finished_ms=2)
    for _ in range(2):
        engine.record("reverse", "1.0.0", "i", bad)
    await until(lambda: not gate.desk.router.breakers.allows("reverse", "1.0.0"))
    assert (await refused(send("job")))["agentcluster-code"] == "breaker_open"
    await engine.stop()


async def test_a_version_without_weight_gets_no_task_that_names_none(
    join: Join, send: Send, bus: Bus, gate: GatewayProcess
) -> None:
    await sync_to_async(register)(NEWER)
    old, new = await join(), await join("2.0.0")
    key = wanted_key("reverse", IDENTITY)
    await placement_bucket(bus).put(key, msgspec.json.encode(Deployment("reverse", "2.0.0", IDENTITY, 0, weight=0)))
    await until(lambda: gate.desk.router.version("reverse", "", "task/1/x") == "1.0.0")
    for number in range(2):
        send(f"any-{number}")
    await has(old, 2)
    send("named", version="2.0.0")
    await has(new, 1)
    assert (old.count("call"), new.count("call")) == (2, 1)
    await placement_bucket(bus).delete(key)


@pytest.mark.parametrize(("version", "limited"), [("1.0.0", True), ("2.0.0", False)])
async def test_a_limit_for_a_version_holds_for_the_tasks_that_go_to_it(
    version: str, limited: bool, join: Join, send: Send, decide: Decide
) -> None:
    decide("rate_limit", {"per": "agent", "rate": 0.001, "burst": 1}, agent="reverse", version=version)
    agent = await join()
    send("job-1")
    await has(agent, 1)
    second = send("job-2")
    if limited:
        assert (await refused(second))["agentcluster-code"] == "rate_limited"
    else:
        await has(agent, 2)
