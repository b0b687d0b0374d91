"""Calls to agents that run on the node's loop: results, errors, limits, repeats."""

import asyncio
import time

import msgspec

from agentcluster import artifacts, subjects
from agentcluster.messaging import Bus
from agents.cluster.protocol import REQUESTS
from agents.domain.calls import CallReply, CallRequest
from agents.node import service
from agents.node.node import Node, profile
from tests.agents.client import Caller
from tests.agents.manifests import LIGHT
from tests.waiting import until


async def test_a_call_is_answered_with_its_output_and_times(caller: Caller, node: Node):
    reply = await caller.call("echo", {"a": [1, None, "ä"]})
    assert reply.status == "ok"
    assert reply.output["input"] == {"a": [1, None, "ä"]}
    assert reply.output["idempotency_key"] == f"key-{reply.call_id}"
    assert (reply.instance, reply.node) == (f"echo-{node.profile.node_id}", node.profile.node_id)
    assert reply.received_ms <= reply.started_ms <= reply.finished_ms


async def test_the_reply_belongs_to_the_callers_trace(caller: Caller):
    await caller.call("echo", {})
    version, trace_id, span_id, flags = caller.messages[0].headers["traceparent"].split("-")
    assert (version, trace_id, len(span_id), flags) == ("00", caller.trace_id, 16, "01")


async def test_any_instance_answers_on_the_agents_name(bus: Bus, node: Node, caller: Caller):
    request = REQUESTS.encode(CallRequest("run/name/1", "k", "echo", "", {}), caller.trace_id)
    bus.send(subjects.invoke("echo"), request, f"{caller.inbox}.name")
    assert (await caller.final("run/name/1")).status == "ok"


async def test_input_that_does_not_fit_names_the_field(caller: Caller):
    reply = await caller.call("strict", {"n": "three"})
    assert (reply.error.code, reply.error.field, reply.error.retryable) == ("invalid_input", "/n", False)
    assert (await caller.call("strict", {})).error.field == "/n"


async def test_output_that_does_not_fit_is_the_agents_fault(caller: Caller):
    reply = await caller.call("wrong", {})
    assert (reply.error.code, reply.error.field) == ("invalid_output", "/count")
    assert (await caller.call("unwritable", {})).error.code == "invalid_output"


async def test_another_version_is_refused(caller: Caller):
    reply = await caller.call("echo", {}, version="9.9.9")
    assert (reply.error.code, reply.error.retryable) == ("unknown_version", True)


async def test_a_message_that_is_no_request_is_answered_with_an_error(bus: Bus, node: Node, caller: Caller):
    bus.send(subjects.invoke("echo"), b"{", f"{caller.inbox}.bad")
    assert (await caller.final("")).error.code == "bad_message"


async def test_an_agents_own_error_keeps_its_code_field_and_data(caller: Caller):
    error = (await caller.call("refusing", {})).error
    assert (error.code, error.field, error.data) == ("bad_value", "/n", {"wanted": 1})


async def test_an_unexpected_error_is_logged_and_shows_nothing_of_the_inside(caller: Caller, caplog):
    error = (await caller.call("failing", {})).error
    assert error.code == "agent_error"
    assert "secret" not in error.message
    assert "a secret of the inside" in caplog.text


async def test_a_repeated_call_never_runs_twice(caller: Caller, tmp_path):
    first = await caller.call("counted", {"trace": str(tmp_path / "t")}, "run/repeat/1")
    caller.replies.clear()
    again = await caller.call("counted", {"trace": str(tmp_path / "t")}, "run/repeat/1")
    assert again == first
    assert first.output == {"count": 1}


async def test_a_repeat_joins_the_call_in_flight(caller: Caller, tmp_path):
    for _ in range(5):
        caller.send("counted", {"trace": str(tmp_path / "t"), "seconds": 0.5}, "run/join/1")
        await asyncio.sleep(0.05)
    await until(lambda: len(caller.replies) == 5)
    assert {reply.output["count"] for reply in caller.replies} == {1}


async def test_a_result_is_remembered_by_the_next_node(bus: Bus, writer, node: Node, caller: Caller, tmp_path):
    first = await caller.call("counted", {"trace": str(tmp_path / "t")}, "run/elsewhere/1")
    other = Node(bus, writer, profile("other"), LIGHT)
    await other.start()
    elsewhere = await Caller.of(bus, other)
    again = await elsewhere.call("counted", {"trace": str(tmp_path / "t")}, "run/elsewhere/1")
    assert again == first
    await other.stop(finish_s=0)


async def test_a_call_at_two_nodes_at_once_runs_once(bus: Bus, writer, node: Node, caller: Caller, tmp_path):
    other = Node(bus, writer, profile("other"), LIGHT)
    await other.start()
    elsewhere = await Caller.of(bus, other)
    for number in range(20):
        for one in (caller, elsewhere):
            one.send("counted", {"trace": str(tmp_path / f"{number}"), "seconds": 0.1}, f"run/both/{number}")
    for number in range(20):
        here, there = await caller.final(f"run/both/{number}"), await elsewhere.final(f"run/both/{number}")
        assert here == there
        assert here.output == {"count": 1}
    await other.stop(finish_s=0)


async def test_a_call_whose_node_died_runs_elsewhere_once_its_claim_is_over(writer, caller: Caller, tmp_path):
    claim = msgspec.json.encode(CallReply("run/orphan/1", "running", "counted-dead", "dead"))
    await writer.execute("SET", "call:run/orphan/1", claim, "EX", 2)
    caller.control("counted", "ask", "run/orphan/1")
    await until(lambda: caller.replies)
    assert (caller.replies[0].status, caller.replies[0].node) == ("running", "dead")
    reply = await caller.call("counted", {"trace": str(tmp_path / "t")}, "run/orphan/1")
    assert reply.output == {"count": 1}


async def test_a_call_at_another_node_may_be_given_up(writer, caller: Caller, node: Node):
    claim = msgspec.json.encode(CallReply("run/theirs/1", "running", "echo-other", "other"))
    await writer.execute("SET", "call:run/theirs/1", claim, "EX", 30)
    assert (await caller.call("echo", {}, "run/theirs/1", deadline_ms=200)).error.code == "deadline_exceeded"
    assert await writer.execute("GET", "call:run/theirs/1") == claim


async def test_the_claim_of_a_long_call_is_kept_alive(writer, caller: Caller, node: Node, monkeypatch):
    monkeypatch.setattr(service, "RENEW_S", 0.1)
    call_id = caller.send("sleeper", {"seconds": 30})
    await until(lambda: node.service.admission.busy)
    await writer.execute("EXPIRE", f"call:{call_id}", 5)
    async with asyncio.timeout(10):
        while await writer.execute("TTL", f"call:{call_id}") <= 5:  # noqa: ASYNC110 - in Redis
            await asyncio.sleep(0.05)
    await writer.execute("DEL", f"call:{call_id}")
    async with asyncio.timeout(10):
        while not await writer.execute("EXISTS", f"call:{call_id}"):  # noqa: ASYNC110 - in Redis
            await asyncio.sleep(0.05)
    caller.control("sleeper", "cancel", call_id)
    assert (await caller.final(call_id)).error.code == "cancelled"


async def test_asking_tells_what_became_of_a_call(caller: Caller, tmp_path):
    caller.control("echo", "ask", "run/never/1")
    assert (await caller.final("run/never/1")).status == "unknown"
    await caller.call("echo", {}, "run/asked/1")
    caller.replies.clear()
    caller.control("echo", "ask", "run/asked/1")
    assert (await caller.final("run/asked/1")).status == "ok"
    caller.send("sleeper", {"seconds": 0.3}, "run/slow/1")
    await asyncio.sleep(0.1)
    caller.control("sleeper", "ask", "run/slow/1")
    await until(lambda: [reply.status for reply in caller.replies if reply.call_id == "run/slow/1"][:1] == ["running"])
    await until(lambda: [reply.status for reply in caller.replies].count("ok") == 3)


async def test_cancelling_stops_the_agent_and_lets_it_clean_up(caller: Caller, tmp_path):
    call_id = caller.send("sleeper", {"seconds": 30, "trace": str(tmp_path / "t")})
    await until((tmp_path / "t").exists)
    caller.control("sleeper", "cancel", call_id, "the run was stopped")
    reply = await caller.final(call_id)
    assert reply.error.code == "cancelled"
    assert "the run was stopped" in reply.error.message
    assert (tmp_path / "t").read_text().split("\n")[:2] == ["began", "cleaned up"]


async def test_a_cancel_that_comes_with_the_call_is_heard(caller: Caller):
    call_id = caller.send("sleeper", {"seconds": 30})
    caller.control("sleeper", "cancel", call_id)
    assert (await caller.final(call_id)).error.code == "cancelled"


async def test_an_agent_that_does_not_stop_is_left_behind(caller: Caller, node: Node, tmp_path):
    call_id = caller.send("stubborn", {"trace": str(tmp_path / "t")})
    await until(lambda: node.service.admission.busy == 1)
    caller.control("stubborn", "cancel", call_id)
    started = time.monotonic()
    assert (await caller.final(call_id)).error.code == "cancelled"
    assert time.monotonic() - started < 8
    assert node.service.admission.busy == 0


async def test_the_callers_deadline_and_the_agents_limit_both_hold(caller: Caller):
    short = await caller.call("sleeper", {"seconds": 30}, deadline_ms=200)
    assert (short.error.code, short.error.retryable) == ("deadline_exceeded", True)
    assert (await caller.call("brief", {}, deadline_ms=60_000)).error.code == "deadline_exceeded"


async def test_more_than_an_instance_may_take_waits_then_is_refused(caller: Caller, node: Node):
    calls = [caller.send("sleeper", {"seconds": 30}) for _ in range(3 + 256 + 10)]
    await until(lambda: len([reply for reply in caller.replies if reply.status == "error"]) == 10)
    assert {reply.error.code for reply in caller.replies} == {"overloaded"}
    assert all(reply.error.retryable for reply in caller.replies)
    assert node.service.admission.busy == 3
    for call_id in calls:
        caller.control("sleeper", "cancel", call_id)
    await until(lambda: not node.service.calls)


async def test_a_refused_call_may_run_later(caller: Caller, node: Node):
    calls = [caller.send("sleeper", {"seconds": 30}) for _ in range(3 + 256 + 1)]
    await until(lambda: any(reply.error for reply in caller.replies))
    refused = next(reply for reply in caller.replies if reply.error)
    assert refused.error.code == "overloaded"
    for call_id in calls:
        if call_id != refused.call_id:
            caller.control("sleeper", "cancel", call_id)
    await until(lambda: not node.service.calls)
    caller.replies.clear()
    assert (await caller.call("sleeper", {"seconds": 0}, refused.call_id)).status == "ok"


async def test_waiting_calls_take_their_turn(caller: Caller):
    calls = [caller.send("sleeper", {"seconds": 0.05}) for _ in range(20)]
    assert {(await caller.final(call_id)).status for call_id in calls} == {"ok"}


async def test_large_fields_come_as_artifacts_and_the_reply_stays_small(caller: Caller):
    reply = await caller.call("large", {})
    assert reply.output["small"] == 1
    reference = artifacts.ArtifactRef.from_value(reply.output["text"])
    assert (reference.media_type, reference.name) == ("application/json", "text.json")
    assert artifacts.read_bytes(reference) == b'"' + b"x" * 70_000 + b'"'
    parts = [reply.output[f"part{number}"] for number in range(20)]
    assert {type(part) for part in parts} == {str, dict}
    assert len(caller.messages[0].data) < 600_000


async def test_a_large_output_that_is_no_object_becomes_one_artifact(caller: Caller):
    reply = await caller.call("large", {"list": True})
    assert artifacts.ArtifactRef.from_value(reply.output).size > 100_000


async def test_long_calls_show_that_they_live(caller: Caller):
    call_id = caller.send("sleeper", {"seconds": 6})
    assert (await caller.final(call_id)).status == "ok"
    assert [reply.status for reply in caller.replies] == ["running", "ok"]
    assert caller.replies[0].started_ms
