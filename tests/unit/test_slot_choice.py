"""Which node takes which slot: pure decisions, the same on every node."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.domain.placement import Board, Deployment, Slot, SlotId, Where, slot_key, slot_of, version_of, wanted_key
from agents.domain.slot_choice import Site, claims, is_surplus, qualifies, standing, successors, with_use

IDENTITY = "agent://sha256:" + "ab" * 32
OTHER = "agent://sha256:" + "cd" * 32
ECHO = ("echo", "ab" * 8)
SITE = Site("n1-id", "n1", "eu", "worker", sandbox=True, memory_mib=4096)


def site(name: str, **changes) -> Site:
    return msgspec.structs.replace(SITE, node=f"{name}-id", name=name, **changes)


def deployment(replicas: int = 1, **changes) -> Deployment:
    return Deployment("echo", "1.0.0", IDENTITY, replicas, memory_mib=changes.pop("memory_mib", 512), **changes)


def board(*wanted: Deployment, **slots: Slot) -> Board:
    one = Board()
    for each in wanted:
        one.take(wanted_key(each.agent, each.identity), msgspec.json.encode(each))
    for number, slot in slots.items():
        one.take(slot_key("echo", IDENTITY, int(number[1:])), msgspec.json.encode(slot))
    return one


def nobody_is_free(_: Slot) -> bool:
    return False


@pytest.mark.parametrize(
    ("where", "changes", "reason"),
    [
        ({}, {}, ""),
        ({"region": "us"}, {}, "is in region eu, not us"),
        ({"role": "gpu"}, {}, "has the role worker, not gpu"),
        ({"nodes": ("n2",)}, {}, "is none of n2"),
        ({"not_nodes": ("n1",)}, {}, "is to be kept away from"),
        ({}, {"draining": True}, "is being drained"),
        ({}, {"toolset": ("csv-parse",)}, "may host only csv-parse"),
        ({}, {"toolset": ("echo",)}, ""),
        ({}, {"sandbox": False, "sandbox_reason": "bwrap is missing."}, "has no sandbox (bwrap is missing)"),
        ({}, {"memory_mib": 1000, "used_mib": 600}, "has 400 MiB left of 1000 MiB, and it needs 512 MiB"),
        ({}, {"memory_mib": 0, "used_mib": 600}, ""),
    ],
)
def test_why_a_node_takes_no_instance(where, changes, reason):
    assert qualifies(deployment(where=Where(**where)), site("n1", **changes)) == reason


def test_a_trusted_bundle_runs_without_a_sandbox_only_where_that_is_allowed():
    bare = site("n1", sandbox=False)
    assert qualifies(deployment(trusted=True), bare) == "has no sandbox"
    assert qualifies(deployment(trusted=True), msgspec.structs.replace(bare, trusted_without=True)) == ""
    assert "no trusted signature" in qualifies(deployment(), msgspec.structs.replace(bare, trusted_without=True))


def test_a_built_in_agent_that_needs_processes_goes_where_there_are_some():
    heavy = deployment(runtime="builtin", cpu_bound=True)
    assert qualifies(heavy, site("n1")) == "has no worker processes for it"
    assert qualifies(heavy, site("n1", processes_for=("echo",))) == ""


@given(st.integers(1, 40), st.integers(1, 6))
def test_every_free_slot_has_exactly_one_best_node_and_they_are_even(replicas, count):
    sites = [site(f"n{number}", memory_mib=0) for number in range(count)]
    one = board(deployment(replicas))
    best = {each.name: [c for c in claims(one, each.node, sites, nobody_is_free) if c.rank == 0] for each in sites}
    taken = [claim.place.number for found in best.values() for claim in found]
    assert sorted(taken) == list(range(replicas))
    sizes = [len(found) for found in best.values()]
    assert max(sizes) - min(sizes) <= 1


def test_a_node_that_is_full_is_passed_over():
    sites = [site("n1", memory_mib=600), site("n2", memory_mib=4096)]
    one = board(deployment(4))
    assert len([c for c in claims(one, "n1-id", sites, nobody_is_free) if c.rank == 0]) == 1
    assert len([c for c in claims(one, "n2-id", sites, nobody_is_free) if c.rank == 0]) == 3


def test_the_slot_of_a_dead_node_and_one_that_is_being_left_are_free_for_others():
    one = board(
        deployment(3), s0=Slot("gone-id", "a", 1), s1=Slot("n1-id", "b", 1, state="leaving"), s2=Slot("n1-id", "c", 1)
    )
    found = claims(one, "n2-id", [site("n1"), site("n2")], lambda slot: slot.node == "gone-id")
    assert [claim.place.number for claim in found] == [0, 1]
    mine = claims(one, "n1-id", [site("n1"), site("n2")], lambda slot: slot.node == "gone-id")
    assert [claim.place.number for claim in mine] == [0]


def test_a_slot_left_for_one_node_goes_to_no_other():
    one = board(deployment(1), s0=Slot("n1-id", "a", 1, state="leaving", to="n3-id"))
    sites = [site("n1"), site("n2"), site("n3")]
    assert claims(one, "n2-id", sites, nobody_is_free) == []
    assert len(claims(one, "n3-id", sites, nobody_is_free)) == 1


def test_what_nobody_knows_of_is_no_surplus():
    one = board(deployment(1))
    assert not is_surplus(one, SlotId(ECHO, 0))
    assert is_surplus(one, SlotId(ECHO, 1))
    assert not is_surplus(one, SlotId(("echo", "00" * 8), 5))


def test_a_replaced_version_waits_for_the_new_one_and_a_withdrawn_one_does_not():
    new = Deployment("echo", "2.0.0", OTHER, 1)
    assert successors(board(deployment(0), new), ECHO) == (False, True)
    assert successors(board(deployment(2), new), ECHO) == (False, False)
    assert successors(board(deployment(0, withdrawn=True), new), ECHO) == (False, False)
    one = board(deployment(0), new)
    one.take(slot_key("echo", OTHER, 0), msgspec.json.encode(Slot("n1-id", "x", 1, state="starting")))
    assert successors(one, ECHO) == (True, False)
    one.take(slot_key("echo", OTHER, 0), msgspec.json.encode(Slot("n1-id", "x", 1)))
    assert successors(one, ECHO) == (False, False)


def test_how_a_deployment_stands():
    sites = [site("n1", draining=True), site("n2", sandbox=False, sandbox_reason="bwrap is missing.")]
    assert standing(board(deployment(1), s0=Slot("n1-id", "a", 1)), ECHO, sites, nobody_is_free)[:2] == (1, "ready")
    found = standing(board(deployment(1)), ECHO, sites, nobody_is_free)
    assert (found.ready, found.status) == (0, "short")
    assert found.reason == "No node qualifies: n1 is being drained; n2 has no sandbox (bwrap is missing)."
    assert standing(board(deployment(1)), ECHO, [], nobody_is_free).reason == "No node is running."
    assert standing(board(deployment(1)), ECHO, [site("n3")], nobody_is_free).status == "starting"
    troubled = Slot("n1-id", "a", 1, "It crashed.", "starting")
    assert standing(board(deployment(1), s0=troubled), ECHO, sites, nobody_is_free) == (
        0,
        "short",
        "An instance does not start: It crashed.",
    )
    assert standing(board(deployment(0)), ECHO, sites, nobody_is_free).status == "none"
    assert standing(Board(), ECHO, sites, nobody_is_free).status == "none"
    assert standing(board(deployment(1), s0=Slot("n1-id", "a", 1)), ECHO, sites, lambda _: True).ready == 0


def test_an_instance_that_keeps_ending_is_not_ready():
    two = board(deployment(2), s0=Slot("n1-id", "a", 1), s1=Slot("n1-id", "b", 1))
    ended = {"b": "Its process is being started again. agent_crashed: it ended."}
    assert standing(two, ECHO, [site("n1")], nobody_is_free, ended) == (
        1,
        "short",
        "An instance does not work: Its process is being started again. agent_crashed: it ended.",
    )
    assert standing(two, ECHO, [site("n1")], nobody_is_free, {"c": "Another."}).status == "ready"


def test_the_board_takes_no_older_deployment_and_no_rubbish():
    one = board(deployment(3, revision=5))
    one.take(wanted_key("echo", IDENTITY), msgspec.json.encode(deployment(1, revision=4)))
    one.take(wanted_key("echo", IDENTITY), b"{")
    one.take(wanted_key("echo", IDENTITY), None)
    one.take("slots/echo/x", b"{}")
    one.take("slots/echo/abab/-1", b"{}")
    one.take("something/else", b"{}")
    assert (one.wanted[ECHO].replicas, one.slots) == (3, {})


def test_keys_are_read_as_they_are_written():
    assert version_of(wanted_key("echo", IDENTITY)) == ECHO
    assert slot_of(slot_key("echo", IDENTITY, 7)) == SlotId(ECHO, 7)
    assert version_of("slots/a/b/1") is None
    assert slot_of("wanted/a/b") is None


def test_what_slots_take_of_a_node():
    one = board(deployment(3), s0=Slot("n1-id", "a", 1), s1=Slot("n1-id", "b", 1))
    (used,) = with_use(one, [site("n1")])
    assert (used.used_mib, used.instances) == (1024, 2)
