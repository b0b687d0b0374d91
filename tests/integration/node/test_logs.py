"""What instances of built-in agents say can be read: what they log, and what failed."""

from agentcluster.messaging import Bus
from agentcluster.streams.batch import BatchWriter
from agents.cluster.control import NodeControl, tell
from agents.node.node import Node, profile
from tests.agents.client import Caller
from tests.agents.manifests import HEAVY
from tests.waiting import until


async def said(bus: Bus, node: Node, agent: str) -> list[tuple[str, str]]:
    (hosted,) = [one for one in node.agents if one.name == agent]
    part = await tell(bus, node.profile.node_id, NodeControl("logs", hosted.instance))
    assert part["ended"] is False
    assert [line["seq"] for line in part["lines"]] == [*range(1, part["next"] + 1)]
    return [(line["stream"], line["text"]) for line in part["lines"]]


async def test_what_an_agent_logs_on_the_loop_and_in_threads_is_in_its_log_alone(
    bus: Bus, node: Node, caller: Caller
) -> None:
    assert (await caller.call("telling", {})).status == "ok"
    (telling,) = [one for one in node.agents if one.name == "telling"]
    assert telling.log is not None
    log = telling.log
    await until(lambda: log.last == 3)
    assert await said(bus, node, "telling") == [
        ("system", "started"),
        ("stdout", "told by the loop"),
        ("stderr", "told by a thread"),
    ]
    assert await said(bus, node, "echo") == [("system", "started")]


async def test_why_calls_failed_is_in_the_log_with_the_traceback_of_what_nobody_foresaw(
    bus: Bus, node: Node, caller: Caller
) -> None:
    await caller.call("refusing", {})
    _started, (stream, text) = await said(bus, node, "refusing")
    assert (stream, text.split(" failed ")[1]) == ("stderr", "(bad_value): This cannot be used.")
    await caller.call("failing", {})
    lines = [text for _stream, text in await said(bus, node, "failing")]
    assert "KeyError: 'a secret of the inside'" in lines
    assert lines[-1].endswith("failed (agent_error): The agent failed unexpectedly; the log of its node tells more.")


async def test_what_a_worker_process_logs_comes_with_the_result(bus: Bus, writer: BatchWriter) -> None:
    node = Node(bus, writer, profile("heavy"), HEAVY, processes=1)
    await node.start()
    try:
        caller = await Caller.of(bus, node)
        assert (await caller.call("heavy-telling", {})).status == "error"
        lines = await said(bus, node, "heavy-telling")
        assert ("stdout", "told by a process") in lines
        assert ("stderr", "KeyError: 'told by an error'") in lines
        assert "failed (agent_error)" in lines[-1][1]
    finally:
        await node.stop(0)


async def test_the_log_of_an_instance_of_the_nodes_own_goes_on_after_a_restart(bus: Bus, node: Node) -> None:
    (first,) = [one for one in node.agents if one.name == "echo"]
    await tell(bus, node.profile.node_id, NodeControl("restart", first.instance))
    await until(lambda: [one for one in node.agents if one.name == "echo" and one is not first])
    assert await said(bus, node, "echo") == [("system", "started"), ("system", "started")]
