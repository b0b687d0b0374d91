"""Slots of deployments on real nodes and a real NATS: claimed once, spread, moved, replaced, refilled."""

import asyncio
import shutil

import msgspec

from agentcluster.errors import UnavailableError
from agents.cluster.control import NodeControl, tell
from agents.domain.manifest import identity
from agents.domain.placement import Slot, slot_key, wanted_key
from tests.conftest import Server
from tests.integration.placement.fleet import Fleet, Load, version
from tests.waiting import until


async def test_instances_are_spread_evenly_and_each_slot_has_one(fleet: Fleet):
    for name in ("a", "b", "c"):
        await fleet.add(name)
    echo = version("echo")
    await fleet.want(echo, 6)
    await fleet.until_count(echo, 6)
    assert fleet.hosts(echo) == {"a": 2, "b": 2, "c": 2}
    slots = await fleet.until_slots(echo, lambda found: all(slot.state == "running" for slot in found.values()))
    assert sorted(slots) == [0, 1, 2, 3, 4, 5]
    assert len({slot.instance for slot in slots.values()}) == 6


async def test_nodes_that_all_come_at_once_claim_each_slot_once(fleet: Fleet):
    echo = version("echo")
    await fleet.want(echo, 10)
    await asyncio.gather(*(fleet.add(name) for name in "abcde"))
    await fleet.until_count(echo, 10)
    await asyncio.sleep(2)
    assert fleet.count(echo) == 10
    slots = await fleet.slots(echo)
    instances = {hosted.instance for node in fleet.nodes.values() for hosted in node.agents}
    assert {slot.instance for slot in slots.values()} == instances


async def test_scaling_up_and_down(fleet: Fleet):
    await fleet.add("a")
    await fleet.add("b")
    echo = version("echo")
    await fleet.want(echo, 2)
    await fleet.until_count(echo, 2)
    await fleet.want(echo, 7)
    await fleet.until_count(echo, 7)
    await fleet.want(echo, 1)
    await fleet.until_count(echo, 1)
    assert list(await fleet.until_slots(echo, lambda found: len(found) == 1)) == [0]
    await fleet.want(echo, 0)
    await fleet.until_count(echo, 0)


async def test_an_instance_that_takes_long_to_start_does_not_hold_up_its_end(fleet: Fleet):
    await fleet.add("a")
    fleet.slow_s = 60.0
    echo = version("echo")
    await fleet.want(echo, 1)
    await fleet.until_slots(echo, lambda found: [slot.state for slot in found.values()] == ["starting"])
    await fleet.want(echo, 0)
    await fleet.until_slots(echo, lambda found: not found)
    await fleet.want(echo, 1)
    await fleet.until_slots(echo, lambda found: [slot.state for slot in found.values()] == ["starting"])
    async with asyncio.timeout(10):
        await fleet.remove("a", 0)
    assert await fleet.slots(echo) == {}


async def test_what_a_node_that_is_gone_had_and_nobody_wants_is_forgotten(fleet: Fleet):
    echo = version("echo")
    for number, node in enumerate(("gone-1", "gone-2")):
        left = Slot(node, f"echo-{number}", 1)
        await fleet.bucket.put(slot_key("echo", identity(echo), number), msgspec.json.encode(left))
    await fleet.add("a")
    await fleet.want(echo, 1)
    slots = await fleet.until_slots(echo, lambda found: len(found) == 1)
    assert slots[0].node == fleet.nodes["a"].profile.node_id


async def test_an_older_deployment_never_replaces_a_newer_one(fleet: Fleet):
    await fleet.add("a")
    echo = version("echo")
    older = await fleet.want(echo, 5)
    await fleet.want(echo, 2)
    await fleet.until_count(echo, 2)
    await fleet.bucket.put(wanted_key("echo", identity(echo)), msgspec.json.encode(older))
    await asyncio.sleep(2)
    assert fleet.count(echo) == 2


async def test_only_nodes_that_fit_take_instances(fleet: Fleet):
    await fleet.add("a", region="eu")
    await fleet.add("b", region="us")
    await fleet.add("c", region="eu", memory_mib=1500)
    echo, sleeper = version("echo"), version("sleeper")
    await fleet.want(echo, 4, where={"region": "eu", "not_nodes": ("a",)})
    await fleet.until_count(echo, 1)
    await fleet.want(sleeper, 2, where={"nodes": ("b",)})
    await fleet.until_count(sleeper, 2)
    assert (fleet.hosts(echo), fleet.hosts(sleeper)) == ({"c": 1}, {"b": 2})


async def test_a_changed_where_moves_instances(fleet: Fleet):
    await fleet.add("a", region="eu")
    await fleet.add("b", region="us")
    echo = version("echo")
    await fleet.want(echo, 2, where={"region": "eu"})
    await until(lambda: fleet.hosts(echo) == {"a": 2}, 20)
    await fleet.want(echo, 2, where={"region": "us"})
    await until(lambda: fleet.hosts(echo) == {"b": 2}, 20)


async def test_a_node_that_stops_hands_its_slots_on_and_no_call_fails(fleet: Fleet):
    await fleet.add("a")
    await fleet.add("b")
    agent = version("sleeper")
    await fleet.want(agent, 4)
    await fleet.until_count(agent, 4)
    async with Load(fleet.bus, "sleeper") as load:
        await until(lambda: load.done > 20)
        await fleet.remove("a")
        await until(lambda: fleet.hosts(agent) == {"b": 4}, 20)
        before = load.done
        await until(lambda: load.done > before + 20)
    assert load.failed == []


async def test_a_drain_under_load_loses_no_call_and_can_be_undone(fleet: Fleet):
    a = await fleet.add("a")
    await fleet.add("b")
    agent = version("sleeper")
    await fleet.want(agent, 4)
    await until(lambda: fleet.hosts(agent) == {"a": 2, "b": 2}, 20)
    async with Load(fleet.bus, "sleeper") as load:
        await until(lambda: load.done > 20)
        assert await tell(fleet.bus, a.profile.node_id, NodeControl("drain")) == {"draining": True}
        await until(lambda: fleet.hosts(agent) == {"b": 4}, 20)
        before = load.done
        await until(lambda: load.done > before + 20)
    assert load.failed == []
    await tell(fleet.bus, a.profile.node_id, NodeControl("resume"))
    await fleet.want(agent, 8)
    await until(lambda: fleet.hosts(agent) == {"a": 4, "b": 4}, 20)


async def test_a_new_version_takes_over_without_a_failed_call(fleet: Fleet):
    for name in ("a", "b"):
        await fleet.add(name)
    old, new = version("sleeper", "1.2.0"), version("sleeper", "2.0.0")
    await fleet.want(old, 4)
    await fleet.until_count(old, 4)
    least = 4
    async with Load(fleet.bus, "sleeper") as load:
        await until(lambda: load.done > 20)
        await fleet.want(new, 4)
        await fleet.want(old, 0)
        async with asyncio.timeout(20):
            while fleet.count(new) < 4 or fleet.count(old):
                least = min(least, fleet.count(old) + fleet.count(new))
                await asyncio.sleep(0.01)
        before = load.done
        await until(lambda: load.done > before + 20)
    assert load.failed == []
    assert least >= 4


async def test_the_old_version_stays_while_the_new_one_does_not_start(fleet: Fleet):
    await fleet.add("a")
    old, new = version("sleeper", "1.2.0"), version("sleeper", "2.0.0")
    await fleet.want(old, 2)
    await fleet.until_count(old, 2)
    fleet.broken["a", "2.0.0"] = UnavailableError("The bundle's process ended with code 1.")
    await fleet.want(new, 2)
    await fleet.want(old, 0)
    slots = await fleet.until_slots(new, lambda found: found and all(slot.trouble for slot in found.values()))
    assert "ended with code 1" in slots[0].trouble
    await asyncio.sleep(2)
    assert (fleet.count(old), fleet.count(new)) == (2, 0)
    fleet.broken.clear()
    await fleet.until_count(new, 2)
    await fleet.until_count(old, 0)


async def test_a_withdrawn_version_ends_at_once(fleet: Fleet):
    await fleet.add("a")
    old, new = version("sleeper", "1.2.0"), version("sleeper", "2.0.0")
    await fleet.want(old, 2)
    await fleet.until_count(old, 2)
    fleet.broken["a", "2.0.0"] = UnavailableError("It does not start.")
    await fleet.want(new, 2)
    await fleet.want(old, 0, withdrawn=True)
    await fleet.until_count(old, 0, 5)


async def test_a_start_that_fails_here_is_tried_elsewhere(fleet: Fleet):
    await fleet.add("a")
    echo = version("echo")
    fleet.broken["a", "1.2.0"] = UnavailableError("There is no room on the disk.")
    await fleet.want(echo, 1)
    await fleet.until_slots(echo, lambda found: found and found[0].trouble == "There is no room on the disk.")
    await fleet.add("b")
    await until(lambda: fleet.hosts(echo) == {"b": 1}, 25)


async def test_an_instance_migrates_without_a_failed_call(fleet: Fleet):
    a, b = await fleet.add("a"), await fleet.add("b")
    agent = version("sleeper")
    await fleet.want(agent, 1)
    await fleet.until_count(agent, 1)
    here, there = (a, b) if fleet.hosts(agent) == {"a": 1} else (b, a)
    instance = here.agents[0].instance
    async with Load(fleet.bus, "sleeper") as load:
        await until(lambda: load.done > 20)
        order = NodeControl("migrate", instance, there.profile.node_id)
        await tell(fleet.bus, here.profile.node_id, order)
        await until(lambda: fleet.hosts(agent) == {there.profile.name: 1}, 20)
        before = load.done
        await until(lambda: load.done > before + 20)
    assert load.failed == []


async def test_a_nats_that_comes_back_empty_is_filled_again_and_nothing_ends(fleet: Fleet, own_nats: Server, tmp_path):
    await fleet.add("a")
    await fleet.add("b")
    echo = version("echo")
    await fleet.want(echo, 4)
    slots = await fleet.until_slots(
        echo, lambda found: len(found) == 4 and all(s.state == "running" for s in found.values())
    )
    own_nats.kill()
    shutil.rmtree(tmp_path / "nats")
    own_nats.start()
    await until(lambda: fleet.bus.connected, 20)
    again = await fleet.until_slots(echo, lambda found: len(found) == 4, 30)
    assert {slot.instance for slot in again.values()} == {slot.instance for slot in slots.values()}
    await asyncio.sleep(3)
    assert fleet.count(echo) == 4
    await fleet.want(echo, 2)
    await fleet.until_count(echo, 2)


async def test_a_node_whose_slot_was_taken_ends_its_instance(fleet: Fleet):
    """As after a partition: the others took it for dead."""
    a = await fleet.add("a")
    echo = version("echo")
    await fleet.want(echo, 1)
    await fleet.until_count(echo, 1)
    b = await fleet.add("b")
    taken = Slot(b.profile.node_id, "echo-elsewhere", 1)
    await fleet.bucket.put(slot_key("echo", identity(echo), 0), msgspec.json.encode(taken))
    await until(lambda: not a.agents, 10)
