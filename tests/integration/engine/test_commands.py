"""What people may ask of a run in progress, as its worker carries it out."""

from pathlib import Path

from asgiref.sync import sync_to_async

from agentcluster.streams import blocking
from designer.domain import events as ev
from designer.domain.commands import Cancel, Continue, Decide, Pause, Signal, Terminate
from designer.domain.graph import ApprovalNode, Edge, EndNode, Graph, SignalNode, StartNode, TransformNode
from designer.engine.inbox import send as send_now
from designer.engine.inbox import send_all as send_all_now
from tests.integration.engine.lab import Lab, agent, asubmit, line
from tests.waiting import until

send = sync_to_async(send_now)
send_all = sync_to_async(send_all_now)


async def test_terminating_ends_a_run_at_once_and_tells_its_agents(running: Lab, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    (run_id,) = await running.start(line(agent("slow", "sleeper", input={"seconds": 60, "trace": str(trace)})))
    await until(trace.exists)
    await send(run_id, Terminate("ada", "enough"))
    (run,) = await running.ended(run_id, timeout_s=3)
    assert run.status == "terminated"
    last = running.events(run_id)[-1]
    assert isinstance(last, ev.RunTerminated)
    assert (last.by, last.reason) == ("ada", "enough")
    await until(lambda: trace.read_text().splitlines() == ["began", "cleaned up"])
    await running.check(run_id, status="terminated")


async def test_cancelling_undoes_what_was_done(running: Lab, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    nodes = (
        StartNode(id="start"),
        agent("book", "echo", input={"n": 1}),
        agent("unbook", "counted", input={"trace": str(trace)}),
        SignalNode(id="wait", name="go"),
        EndNode(id="end"),
    )
    edges = (Edge("start", "book"), Edge("book", "unbook", "compensate"), Edge("book", "wait"), Edge("wait", "end"))
    (run_id,) = await running.start(Graph(nodes, edges))
    await running.shown(run_id, "waiting")
    await send(run_id, Cancel("ada"))
    (run,) = await running.ended(run_id)
    assert run.status == "cancelled"
    assert trace.read_text().splitlines() == ["ran"]
    last = running.events(run_id)[-1]
    assert isinstance(last, ev.RunCancelled)
    assert last.compensation == "done"


async def test_a_signal_may_come_before_anybody_waits_for_it(running: Lab) -> None:
    requests = await running.accept(
        line(SignalNode(id="wait", name="paid"), output={"sum": "${ steps.wait.data.sum }"})
    )
    await send(requests[0].run_id, Signal(name="paid", data={"sum": 5}, by="shop"))
    await asubmit(requests)
    (run,) = await running.ended(requests[0].run_id)
    assert (run.status, run.output) == ("completed", {"sum": 5})


async def test_what_cannot_be_followed_is_answered(running: Lab) -> None:
    graph = Graph(
        (StartNode(id="start"), ApprovalNode(id="ask", needed=2), TransformNode(id="no"), EndNode(id="end")),
        (Edge("start", "ask"), Edge("ask", "end", "approved"), Edge("ask", "no", "rejected"), Edge("no", "end")),
    )
    (run_id,) = await running.start(graph)
    await running.shown(run_id, "waiting")
    yes = Decide(by="ada", step="ask", approved=True)
    await send_all([(run_id, yes), (run_id, yes), (run_id, Decide(by="ada", step="other", approved=True))])
    await until(lambda: sum(isinstance(event, ev.CommandRefused) for event in running.events(run_id)) == 2)
    await send(run_id, Decide(by="ben", step="ask", approved=True))
    (run,) = await running.ended(run_id)
    assert run.status == "completed"
    await running.check(run_id, steps=2)


async def test_a_run_that_is_being_stopped_does_not_go_on_as_another(running: Lab, tmp_path: Path) -> None:
    slow = agent("slow", "stubborn", input={"trace": str(tmp_path / "trace")})
    (run_id,) = await running.start(line(slow))
    await running.seen(run_id, ev.StepStarted)
    await send_all([(run_id, Cancel("ada")), (run_id, Continue("ada")), (run_id, Pause("ada"))])
    refused = await running.seen(run_id, ev.CommandRefused)
    assert refused.kind == "continue"
    (run,) = await running.ended(run_id)
    assert run.status == "cancelled"


async def test_a_hundred_runs_are_told_at_once(running: Lab) -> None:
    run_ids = await running.start(line(SignalNode(id="wait", name="go")), count=100)
    await until(lambda: all(meta and meta.seq >= 2 for meta in blocking.read_metas(running.client, run_ids)))
    assert await send_all([(run_id, Signal(name="go")) for run_id in run_ids]) == [True] * 100
    for run in await running.ended(*run_ids):
        assert run.status == "completed"
