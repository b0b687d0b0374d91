"""How a node shows itself: heartbeat, manifests, service discovery, sign-off."""

import asyncio

import msgspec

from agentcluster.messaging import Bus, connect
from agentcluster.streams.batch import BatchWriter
from agentcluster.subjects import AGENT_STATUS
from agents.cluster.heartbeat import decoder, manifest_bucket, node_key, state_bucket
from agents.cluster.protocol import STATUS_NOTES
from agents.cluster.view import ClusterView
from agents.domain.health import Health
from agents.domain.lifecycle import LifeState
from agents.domain.manifest import Manifest, identity
from agents.node.node import Node, profile
from agents.tools import builtin
from tests.agents.client import Caller
from tests.agents.manifests import LIGHT, STRICT
from tests.conftest import start_nats
from tests.waiting import until


async def answers(bus: Bus, subject: str, count: int) -> list[dict]:
    """Return the first ``count`` answers to a request, as the nats command line gathers them."""
    got = []
    inbox = f"test.discovery.{subject}"
    subscription = await bus.subscribe(inbox, lambda message: got.append(msgspec.json.decode(message.data)))
    bus.send(subject, b"", inbox)
    await until(lambda: len(got) >= count)
    await asyncio.sleep(0.05)
    await subscription.stop()
    return got


async def test_the_heartbeat_says_what_the_node_hosts(bus: Bus, node: Node, caller: Caller):
    call_id = caller.send("sleeper", {"seconds": 7})
    await until(lambda: node.service.admission.busy == 1)
    entry = decoder.decode(await state_bucket(bus).get(node_key(node.profile.node_id)))
    assert (entry.name, entry.role, entry.slots.max) == ("test", "node", 1024)
    assert {hosted.name for hosted in entry.agents} == {manifest.name for manifest in LIGHT}
    hosted = next(hosted for hosted in entry.agents if hosted.name == "sleeper")
    assert (hosted.instance, hosted.version, hosted.concurrency) == (f"sleeper-{entry.node_id}", "1.2.0", 3)
    assert hosted.state is LifeState.RUNNING

    async def beaten() -> bool:
        later = decoder.decode(await state_bucket(bus).get(node_key(node.profile.node_id)))
        return later.ts > entry.ts and later.slots.busy == 1

    async with asyncio.timeout(7):
        while not await beaten():  # noqa: ASYNC110 - the bucket is elsewhere
            await asyncio.sleep(0.1)
    assert (await caller.final(call_id)).status == "ok"


async def test_agents_on_request_are_hosted_but_not_announced(bus: Bus, writer: BatchWriter):
    (hidden,) = builtin(["bench-noop"])
    one = Node(bus, writer, profile("hidden"), [hidden])
    await one.start()
    assert await manifest_bucket(bus).get(identity(hidden).rpartition(":")[2]) is None
    entry = decoder.decode(await state_bucket(bus).get(node_key(one.profile.node_id)))
    assert [hosted.name for hosted in entry.agents] == ["bench-noop"]
    await one.stop(finish_s=0)


async def test_manifests_are_announced_under_their_identity(bus: Bus, node: Node):
    key = identity(STRICT).rpartition(":")[2]
    announced = msgspec.json.decode(await manifest_bucket(bus).get(key), type=Manifest)
    assert identity(announced) == identity(STRICT)


async def test_ping_info_and_stats_by_agent_and_by_instance(bus: Bus, node: Node, caller: Caller):
    instance = f"strict-{node.profile.node_id}"
    everyone = await answers(bus, "$SRV.PING", len(LIGHT))
    assert {answer["name"] for answer in everyone} == {manifest.name for manifest in LIGHT}
    (ping,) = await answers(bus, "$SRV.PING.strict", 1)
    metadata = {"identity": identity(STRICT), "node": node.profile.node_id}
    about = {"name": "strict", "id": instance, "version": "1.2.0", "metadata": metadata}
    assert ping == {"type": "io.nats.micro.v1.ping_response", **about}
    (info,) = await answers(bus, f"$SRV.INFO.strict.{instance}", 1)
    endpoint = {"name": "invoke", "subject": "agent.strict.invoke.v1", "queue_group": "agents"}
    assert info == {
        "type": "io.nats.micro.v1.info_response",
        **about,
        "description": "Wants an integer.",
        "endpoints": [{**endpoint, "metadata": {"instance_subject": f"agent.{instance}.invoke.v1"}}],
    }
    await caller.call("strict", {"n": 1})
    await caller.call("strict", {})
    (stats,) = await answers(bus, "$SRV.STATS.strict", 1)
    assert stats["type"] == "io.nats.micro.v1.stats_response"
    assert stats["started"].endswith("Z")
    (figures,) = stats["endpoints"]
    assert {key: figures[key] for key in endpoint} == endpoint
    assert (figures["num_requests"], figures["num_errors"]) == (2, 1)
    assert figures["last_error"].startswith("invalid_input")
    assert figures["average_processing_time"] * 2 <= figures["processing_time"]
    assert figures["data"] == {"running": 0, "waiting": 0, "state": "Running", "bids": 0, "bids_won": 0}


async def test_a_node_that_stops_takes_no_new_calls_lets_old_ones_end_and_signs_off(
    bus: Bus, writer: BatchWriter, tmp_path
):
    notes = []
    await bus.subscribe(AGENT_STATUS, lambda message: notes.append(STATUS_NOTES.decode(message.data).payload.event))
    view = ClusterView(bus)
    await view.start()
    node = Node(bus, writer, profile("leaving"), LIGHT)
    await node.start()
    caller = await Caller.of(bus, node)
    instance = f"sleeper-{node.profile.node_id}"
    await until(lambda: view.health_of_instance(instance))
    working = [caller.send("sleeper", {"seconds": 2}) for _ in range(3)]
    waiting = caller.send("sleeper", {"seconds": 2})
    await until(lambda: len(node.service.calls) == 4 and node.service.admission.busy == 3)
    stopping = asyncio.create_task(node.stop())
    assert (await caller.final(waiting)).error.code == "unavailable"
    await until(lambda: not any(info.instance == instance for info in view.instances_of("sleeper")))
    assert view.health_of_instance(instance) is Health.ACTIVE
    for call_id in working:
        assert (await caller.final(call_id)).status == "ok"
    await stopping
    await until(lambda: view.health(node.profile.node_id) is None)
    assert await state_bucket(bus).get(node_key(node.profile.node_id)) is None
    assert (notes[0], set(notes[1:-1]), notes[-1]) == ("joined", {"changed"}, "left")
    await view.stop()


async def test_calls_that_outlast_the_stop_are_given_back(bus: Bus, writer: BatchWriter):
    node = Node(bus, writer, profile("leaving"), LIGHT)
    await node.start()
    caller = await Caller.of(bus, node)
    call_id = caller.send("sleeper", {"seconds": 60})
    await until(lambda: node.service.admission.busy == 1)
    await node.stop(finish_s=0.2)
    assert (await caller.final(call_id)).error.code == "unavailable"


async def test_after_nats_came_back_empty_the_node_shows_itself_at_once(writer: BatchWriter, tmp_path):
    server = start_nats(tmp_path / "first")
    async with await connect(server.url, "test") as bus:
        node = Node(bus, writer, profile("steady"), LIGHT)
        await node.start()
        server.kill()
        await until(lambda: not bus.connected)
        server.command[server.command.index("--store_dir") + 1] = str(tmp_path / "second")
        server.start()
        async with await connect(server.url, "observer") as other:
            view = ClusterView(other)
            await view.start()
            await until(view.nodes, 4)
            assert view.nodes()[0].status is Health.ACTIVE
            assert len(await manifest_bucket(other).keys()) == len(LIGHT)
            await view.stop()
        await node.stop(finish_s=0)
    server.kill()
