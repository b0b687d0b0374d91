"""What the network may do to messages: spoil, cut, double, delay and reorder them. Nobody is lost, nobody crashes."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from agentcluster import subjects
from agentcluster.messaging import Received
from agentcluster.streams import keys
from agents.cluster.protocol import REPLIES, REQUESTS
from agents.domain.calls import CallError, CallReply, CallRequest
from agents.node.node import Node
from designer.domain import events as ev
from designer.domain.graph import AgentNode, IntentNode
from tests.integration.engine.lab import Lab, line
from tests.waiting import until

Send = Callable[[str, bytes, str], None]


def between(node: Node, spoil: Callable[[Send, str, bytes, str], None]) -> None:
    """Let ``spoil`` send the node's replies: it gets the true way, and what was to be sent."""
    true = node.service.send
    node.service.send = lambda subject, reply, trace_id: spoil(true, subject, reply, trace_id)


def counted(trace: Path, seconds: float = 0) -> AgentNode:
    return AgentNode(id="ask", agent="counted", input={"trace": str(trace), "seconds": seconds})


@pytest.fixture
async def node(lab: Lab) -> Node:
    lab.start_engine()
    return await lab.start_node()


@pytest.mark.parametrize(
    "rubbish", [b"", b"\xff\xfe", b"{", b"null", b"[" * 4000, b'{"trace_id": 5}'], ids=lambda data: repr(data[:12])
)
async def test_a_spoilt_reply_is_found_in_the_ledger(lab: Lab, node: Node, tmp_path: Path, rubbish: bytes) -> None:
    def spoil(true: Send, subject: str, reply: bytes, trace_id: str) -> None:
        lab.bus.send(subject, rubbish)

    between(node, spoil)
    (run_id,) = await lab.start(line(counted(tmp_path / "trace"), output={"n": "${ steps.ask.count }"}))
    (run,) = await lab.ended(run_id)
    assert (run.status, run.output) == ("completed", {"n": 1}), run.error
    assert len((tmp_path / "trace").read_text().splitlines()) == 1
    await lab.check(run_id, steps=2)


async def test_a_cut_reply_is_found_in_the_ledger(lab: Lab, node: Node, tmp_path: Path) -> None:
    def cut(true: Send, subject: str, reply: bytes, trace_id: str) -> None:
        whole = REPLIES.encode_raw(reply, trace_id)
        lab.bus.send(subject, whole[: random.randrange(1, len(whole))])

    between(node, cut)
    run_ids = await lab.start(line(counted(tmp_path / "trace")), count=20)
    for run in await lab.ended(*run_ids):
        assert run.status == "completed", run.error
    assert len((tmp_path / "trace").read_text().splitlines()) == 20


async def test_doubled_and_reordered_replies_count_once(lab: Lab, node: Node, tmp_path: Path) -> None:
    held: list[tuple[str, bytes, str]] = []

    def double(true: Send, subject: str, reply: bytes, trace_id: str) -> None:
        final = msgspec.json.decode(reply, type=CallReply)
        running = msgspec.json.encode(CallReply(final.call_id, "running", final.instance, final.node))
        unknown = msgspec.json.encode(CallReply(final.call_id, "unknown", final.instance, final.node))
        for each in random.sample([reply, reply, running, unknown, reply], 5):
            true(subject, each, trace_id)
        held.append((subject, reply, trace_id))
        for late in random.sample(held, min(3, len(held))):
            true(*late)

    between(node, double)
    run_ids = await lab.start(line(counted(tmp_path / "trace")), count=30)
    for run in await lab.ended(*run_ids):
        assert run.status == "completed", run.error
    await asyncio.sleep(0.2)
    assert len((tmp_path / "trace").read_text().splitlines()) == 30
    await lab.check(*run_ids, steps=2)


async def test_a_reply_to_another_call_is_passed_over(lab: Lab, node: Node) -> None:
    def wrong(true: Send, subject: str, reply: bytes, trace_id: str) -> None:
        true(subject, msgspec.json.encode(CallReply("another/call/1", "ok", output={"input": {"n": 666}})), trace_id)
        true(subject, reply, trace_id)

    between(node, wrong)
    (run_id,) = await lab.start(
        line(AgentNode(id="ask", agent="echo", input={"n": 1}), output={"n": "${ steps.ask.input.n }"})
    )
    (run,) = await lab.ended(run_id)
    assert run.output == {"n": 1}


async def test_a_reply_that_comes_after_the_run_has_ended_changes_nothing(lab: Lab, node: Node) -> None:
    late: list[tuple[str, bytes, str]] = []

    def hold(true: Send, subject: str, reply: bytes, trace_id: str) -> None:
        late.append((subject, reply, trace_id))
        true(subject, reply, trace_id)

    between(node, hold)
    (run_id,) = await lab.start(line(AgentNode(id="ask", agent="echo", input={})))
    await lab.ended(run_id)
    before = lab.events(run_id)
    for _ in range(3):
        for subject, reply, trace_id in late:
            node._send(subject, reply, trace_id)
    await asyncio.sleep(0.3)
    assert lab.events(run_id) == before
    (run_id,) = await lab.start(line(AgentNode(id="ask", agent="echo", input={})))
    assert (await lab.ended(run_id))[0].status == "completed"


async def test_a_node_that_only_talks_rubbish_fails_the_step_in_words(lab: Lab, node: Node, tmp_path: Path) -> None:
    """Nothing readable comes, and the ledger was lost, too."""

    def spoil(true: Send, subject: str, reply: bytes, trace_id: str) -> None:
        lab.client.set(keys.call(msgspec.json.decode(reply, type=CallReply).call_id), b"rubbish")
        lab.bus.send(subject, b"rubbish")

    between(node, spoil)
    (run_id,) = await lab.start(line(AgentNode(id="ask", agent="echo", input={})))
    (run,) = await lab.ended(run_id)
    assert (run.status, run.error["code"]) == ("failed", "bad_reply")


async def test_requests_and_controls_that_are_spoilt_stop_no_node(lab: Lab, node: Node) -> None:
    instance = f"echo-{node.profile.node_id}"
    answers: list[Received] = []
    await lab.bus.subscribe("test.answers", answers.append)
    for data in (b"", b"\xff", b"{", b"[" * 4000, b'{"payload": {}}', b"x" * 500_000):
        lab.bus.send(subjects.invoke(instance), data, "test.answers")
        lab.bus.send(subjects.control(instance), data, "test.answers")
        lab.bus.send(subjects.invoke(instance), data)
    await until(lambda: len(answers) == 6)
    codes = {(REPLIES.decode(answer.data).payload.error or CallError("", "")).code for answer in answers}
    assert codes == {"bad_message"}
    (run_id,) = await lab.start(line(AgentNode(id="ask", agent="echo", input={})))
    assert (await lab.ended(run_id))[0].status == "completed"


async def test_an_input_that_is_no_text_is_a_typed_error(lab: Lab, node: Node) -> None:
    answers: list[Received] = []
    await lab.bus.subscribe("test.inputs", answers.append)
    whole = REQUESTS.encode(CallRequest("run/ask/1", "run/ask", "echo", "1.2.0", {"n": "mark"}), "0" * 32)
    lab.bus.send(
        subjects.invoke(f"echo-{node.profile.node_id}"), whole.replace(b"mark", b"\xff\xfe\xfd!"), "test.inputs"
    )
    await until(lambda: bool(answers))
    error = REPLIES.decode(answers[0].data).payload.error
    assert error is not None
    assert error.code in ("invalid_input", "bad_message")


async def test_a_call_that_was_given_up_is_not_made_again(lab: Lab, node: Node, tmp_path: Path) -> None:
    """The step's time is over while its node is silent; the reply that comes at last belongs to nobody."""
    silent = True
    held: list[tuple[str, bytes, str]] = []

    def hold(true: Send, subject: str, reply: bytes, trace_id: str) -> None:
        if silent:
            held.append((subject, reply, trace_id))
        else:
            true(subject, reply, trace_id)

    between(node, hold)
    node.service._ledger.keep = lambda call_id, reply, then: then()
    step = AgentNode(id="ask", agent="sleeper", input={"seconds": 60, "trace": str(tmp_path / "trace")}, timeout_s=0.5)
    (run_id,) = await lab.start(line(step))
    (run,) = await lab.ended(run_id)
    assert (run.status, run.error["code"]) == ("failed", "deadline_exceeded")
    silent = False
    for subject, reply, trace_id in held:
        node._send(subject, reply, trace_id)
    await asyncio.sleep(0.3)
    assert (tmp_path / "trace").read_text().splitlines().count("began") == 1
    assert isinstance(lab.events(run_id)[-1], ev.RunFailed)


async def test_what_an_engine_cannot_read_is_seen_in_the_registry(lab: Lab, node: Node, tmp_path: Path) -> None:
    lab.client.delete(keys.rejected("agent.reply.v1"), keys.rejected("intent.bids.v1"))
    between(node, lambda true, subject, reply, trace_id: lab.bus.send(subject, b"rubbish"))
    node._bidding._answer = lambda request, reply, trace_id: lab.bus.send(reply, b"rubbish")
    ask = IntentNode(id="bid", goal="count something", capabilities=("test",), bid_window_s=0.3)
    (run_id,) = await lab.start(line(counted(tmp_path / "trace"), ask))
    (run,) = await lab.ended(run_id)
    for contract in ("agent.reply.v1", "intent.bids.v1"):
        await until(lambda contract=contract: lab.client.xlen(keys.rejected(contract)))
        ((_, entry),) = lab.client.xrevrange(keys.rejected(contract), count=1)
        told = msgspec.json.decode(entry[b"d"])
        assert (told["payload"], told["side"]) == ("rubbish", "deliver"), run.error
        assert told["by"].startswith("engine ")
