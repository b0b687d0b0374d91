"""What a stage call carries (features B4), and that a repeated call_id is answered from what is known on every way."""

from itertools import count
from pathlib import Path

import msgspec

from agentcluster import subjects
from agentcluster.ids import new_trace_id
from agentcluster.messaging import Received
from agents.cluster.protocol import CONTROLS, REPLIES, REQUESTS
from agents.domain.calls import CallControl, CallReply, CallRequest
from designer.domain import events as ev
from tests.agents.manifests import manifest
from tests.integration.engine.lab import Lab, agent, line
from tests.waiting import until

ECHO = manifest("echo")


async def test_a_call_says_of_which_workflow_run_step_and_attempt_it_is_and_how_long_it_may_take(lab: Lab) -> None:
    lab.start_engine()
    node = await lab.start_node([ECHO])
    calls: list[CallRequest] = []
    headers: list[dict[str, str]] = []

    def note(message: Received) -> None:
        calls.append(REQUESTS.decode(message.data).payload)
        headers.append(dict(message.headers or {}))

    await lab.bus.subscribe(subjects.invoke(f"echo-{node.profile.node_id}"), note)
    (run_id,) = await lab.start(line(agent("ask", "echo", input={"n": 1}, timeout_s=7)))
    await lab.ended(run_id)
    (call,) = calls
    started = await lab.seen(run_id, ev.StepStarted)
    begun = await lab.seen(run_id, ev.RunStarted)
    assert (call.run_id, call.workflow_id, call.stage_id) == (run_id, begun.workflow_id, "ask")
    assert begun.workflow_id
    assert (call.call_id, call.attempt, call.deadline_ms) == (started.call_id, 1, 7000)
    assert call.idempotency_key == f"{run_id}/ask"
    assert begun.trace_id in headers[0]["traceparent"]


async def test_a_repeat_by_instance_by_name_and_by_asking_gets_the_first_result(lab: Lab, tmp_path: Path) -> None:
    lab.start_engine()
    node = await lab.start_node([manifest("counted")])
    other = await lab.start_node([manifest("counted")])
    trace = tmp_path / "trace"
    (run_id,) = await lab.start(line(agent("ask", "counted", input={"n": 1, "trace": str(trace)})))
    await lab.ended(run_id)
    started = await lab.seen(run_id, ev.StepStarted)
    request = CallRequest(started.call_id, "key", "counted", "1.2.0", {"n": 2, "trace": str(trace)})
    replies: list[CallReply] = []
    await lab.bus.subscribe("test.repeat.*", lambda message: replies.append(REPLIES.decode(message.data).payload))
    data = REQUESTS.encode(request, new_trace_id())
    # Each asks for the answer somewhere else: repeats from one place are one.
    places = (f"test.repeat.{number}" for number in count())
    for subject in (
        *(subjects.invoke(f"counted-{one.profile.node_id}") for one in (node, other)),
        subjects.invoke("counted"),
    ):
        lab.bus.send(subject, data, next(places))
    asked = CONTROLS.encode(CallControl("ask", started.call_id), new_trace_id())
    for one in (node, other):
        lab.bus.send(subjects.control(f"counted-{one.profile.node_id}"), asked, next(places))
    await until(lambda: sum(reply.status == "ok" for reply in replies) == 5)
    final = [reply for reply in replies if reply.status != "running"]
    assert {(reply.status, reply.instance, msgspec.json.encode(reply.output)) for reply in final} == {
        ("ok", started.instance, b'{"count":1}')
    }
    assert trace.read_text() == "ran\n"
