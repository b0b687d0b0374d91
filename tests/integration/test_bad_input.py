"""What nobody should send, sent to the whole running system: each a clear error, and nothing has changed."""

import concurrent.futures
import json
import time
from collections import Counter

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.api import graphs
from tests.integration.api.test_live_control import Api

pytestmark = pytest.mark.xdist_group("stack")

START = {"kind": "start", "id": "start"}
END = {"kind": "end", "id": "end"}
STEP = {"kind": "transform", "id": "t", "output": 1}
SLOW = "${ input.l.map(a, input.l.map(b, input.l.map(c, input.l.map(d, d)))) }"
DOUBLING = "${ [1]" + ".map(a, [a, a])" * 40 + " == [] }"
FORM = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
PEOPLE = """
from django.contrib.auth.models import User
from agentcluster.security.models import Membership, Project
for name, role, slug in (("viewer", "viewer", "default"), ("stranger", "editor", "elsewhere")):
    project, _ = Project.objects.get_or_create(slug=slug, defaults={"name": slug})
    user, _ = User.objects.get_or_create(username=name)
    Membership.objects.update_or_create(user=user, project=project, defaults={"role": role})
"""
GONE = """
from django.contrib.auth.models import User
from agentcluster.security.models import Project
Project.objects.filter(slug="elsewhere").delete()
User.objects.filter(username__in=["viewer", "stranger"]).delete()
"""


def chain(*nodes, start=START):
    outer = [node["id"] for node in nodes if not node.get("parent")]
    return graphs.document(start, *nodes, END, edges=[*zip(["start", *outer], [*outer, "end"], strict=True)])


def asking():
    ask = {"kind": "approval", "id": "ask", "approvers": ["somebody"], "schema": FORM}
    graph = graphs.document(START, ask, END, edges=[("start", "ask")])
    graph["edges"].append({"source": "ask", "target": "end", "port": "approved"})
    return graph


@pytest.fixture(scope="module")
def rest(stack):
    with stack.api() as client:
        yield Api(client)


@pytest.fixture(scope="module")
def people(stack):
    """Clients of a viewer of the project, and of somebody of another project."""
    stack.manage("shell", "-c", PEOPLE)
    headers = {name: {"Authorization": f"Bearer {stack.token(name)}"} for name in ("viewer", "stranger")}
    clients = {name: httpx.Client(base_url=f"{stack.url}/api/v1/", headers=each) for name, each in headers.items()}
    yield clients
    for client in clients.values():
        client.close()
    # With a second project in it, the system would ask everybody after us which one they mean.
    stack.manage("shell", "-c", GONE)


@pytest.fixture(scope="module")
def waiting(rest):
    return rest.publish("Waits for a signal", chain({"kind": "signal", "id": "s", "name": "go"}))


@pytest.fixture(scope="module")
def finished(rest):
    run = rest.start(rest.publish("Ends", chain(STEP)))
    rest.until(run, "completed")
    return run


@pytest.fixture(scope="module")
def asked(rest):
    run = rest.start(rest.publish("Asks", asking()))
    rest.until(run, "waiting")
    return run


def problem(answer, status, code):
    """The answer is problem details with this status and code; return it."""
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code), body
    assert body["detail"]
    assert "Traceback" not in answer.text
    return body


def of_step(**more):
    return chain({"id": "x", **more})


def in_loop(condition):
    return chain({"kind": "loop", "id": "x", "condition": condition}, {**STEP, "parent": "x"})


def limited(key):
    return {**chain(STEP), "settings": {"concurrency": {"limit": 1, "key": key}}}


@pytest.mark.parametrize(
    ("graph", "code", "node", "field"),
    [
        (graphs.cyclic(), "cycle", "a", ""),
        (chain(*({**STEP, "id": f"n{n}"} for n in range(999))), "too_many_nodes", "", ""),
        (of_step(kind="transform", output="${ steps.nowhere.x }"), "unknown_step", "x", "/output"),
        (of_step(kind="transform", output=SLOW), "bad_expression", "x", "/output"),
        (in_loop(SLOW), "bad_expression", "x", "/condition"),
        (of_step(kind="signal", name="go", key=SLOW), "bad_expression", "x", "/key"),
        (of_step(kind="memory", cache={"key": SLOW}), "bad_expression", "x", "/cache/key"),
        (of_step(kind="approval", message=SLOW), "bad_expression", "x", "/message"),
        (limited(SLOW), "bad_expression", "", "/concurrency/key"),
        (chain(STEP, start={**START, "schema": {"type": "nonsense"}}), "bad_schema", "start", "/schema/type"),
        (of_step(kind="approval", schema={"pattern": "(?=a)"}), "bad_schema", "x", "/schema/pattern"),
        (of_step(kind="signal", name="go", schema={"$ref": "#"}), "bad_schema", "x", "/schema"),
        (of_step(kind="wait", until="9999-12-31T23:59:59-12:00"), "not_a_moment", "x", "/until"),
        (of_step(kind="wait", until="0000-01-01"), "not_a_moment", "x", "/until"),
        (of_step(kind="wait", seconds=10**400), "not_a_duration", "x", "/seconds"),
    ],
)
def test_a_graph_that_cannot_run_is_not_published(rest, graph, code, node, field):
    made = rest.post("workflows", {"title": "Bad", "graph": graph}, 201)
    answer = rest.client.post(f"workflows/{made['id']}/publish", json={}, headers={"If-Match": '"1"'})
    first = problem(answer, 422, "graph_problems")["problems"]
    assert (code, node) in [(each["code"], each["node"]) for each in first], first
    assert field in {each["field"].removeprefix("/settings") for each in first if each["code"] == code}
    assert rest.get(f"workflows/{made['id']}/versions")["results"] == []


@pytest.mark.parametrize(
    "graph",
    [
        of_step(kind="transform", output=DOUBLING),
        in_loop(DOUBLING),
        of_step(kind="signal", name="go", key=DOUBLING),
        of_step(kind="transform", output="${ 1.0e308 * 10.0 }"),
        of_step(kind="wait", until="${ '9999-12-31T23:59:59-12:00' }"),
        limited(DOUBLING + "${ size(input) }"),
    ],
)
def test_an_expression_that_would_run_for_ever_fails_its_run_at_once(rest, graph):
    run = rest.start(rest.publish("Slow expression", graph))
    ended = rest.until(run, "failed", timeout_s=15)
    assert ended["error"]["code"] in ("expression_failed", "not_a_moment", "concurrency_key"), ended["error"]


DEEP = '{"title": ' + "[" * 100_000 + "]" * 100_000 + "}"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (DEEP, 400, "malformed"),
        ('{"title": "a\\u0000b"}', 400, "malformed"),
        ('{"title": "\\ud800"}', 400, "malformed"),
        ('{"title": 1e400}', 400, "malformed"),
        ('{"title": NaN}', 400, "malformed"),
        ('{"title": 1' + "0" * 5000 + "}", 400, "malformed"),
        ('{"title": ', 400, "malformed"),
        ("[1]", 400, "malformed"),
        ("", 400, "bad_input"),
        ('{"title": {"a": 1}}', 400, "bad_input"),
        ('{"title": "x", "graph": {"nodes": [{"kind": "nothing", "id": "a"}]}}', 400, "invalid_graph"),
        ('{"title": "' + "x" * 5_000_000 + '"}', 413, "too_large"),
    ],
)
def test_a_body_that_is_none_is_refused(rest, body, status, code):
    before = len(rest.get("workflows?limit=500")["results"])
    answer = rest.client.post("workflows", content=body, headers={"Content-Type": "application/json"})
    problem(answer, status, code)
    assert len(rest.get("workflows?limit=500")["results"]) == before


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"input": {"text": "x" * 5_000_000}}, 413, "too_large"),
        ({"input": {"text": "x" * 1_500_000}}, 413, "input_too_large"),
        ({"input": [1]}, 400, "invalid_input"),
        ({"priority": "urgent"}, 400, "bad_input"),
        ({"labels": {"a": [1]}}, 400, "bad_input"),
    ],
)
def test_an_input_that_cannot_be_one_starts_nothing(rest, waiting, body, status, code):
    before = len(rest.get(f"runs?workflow={waiting}&limit=500")["results"])
    answer = rest.client.post(f"workflows/{waiting}/runs", json=body)
    assert answer.json()["code"] in (code, "too_large")
    assert answer.status_code == status
    assert len(rest.get(f"runs?workflow={waiting}&limit=500")["results"]) == before


def test_a_key_that_was_used_for_another_request_starts_nothing(rest, waiting):
    headers = {"Idempotency-Key": "once"}
    first = rest.client.post(f"workflows/{waiting}/runs", json={"input": {"n": 1}}, headers=headers).json()["id"]
    again = rest.client.post(f"workflows/{waiting}/runs", json={"input": {"n": 1}}, headers=headers).json()["id"]
    other = rest.client.post(f"workflows/{waiting}/runs", json={"input": {"n": 2}}, headers=headers)
    assert again == first
    assert other.status_code in (409, 422)
    assert problem(other, other.status_code, "idempotency_key_reused")["run_id"] == first
    rest.post(f"runs/{first}/terminate", {}, 202)


CONTROLS = [
    *(("cancel", {}), ("terminate", {}), ("pause", {}), ("resume", {}), ("continue", {})),
    *(("signal", {"name": "go"}), ("retry", {}), ("replay", {}), ("fork", {"after": 1})),
]


@pytest.mark.parametrize(("control", "body"), [*CONTROLS[:6], ("approvals/ask", {"approved": True})])
def test_a_finished_run_takes_no_commands(rest, finished, control, body):
    before = rest.events(finished)
    problem(rest.client.post(f"runs/{finished}/{control}", json=body), 409, "run_finished")
    assert rest.events(finished) == before


@pytest.mark.parametrize(("control", "body"), [*CONTROLS, ("approvals/ask", {"approved": True, "data": {"n": 1}})])
def test_people_without_the_right_change_nothing(rest, people, asked, control, body):
    before = rest.events(asked)
    code = "not_an_approver" if control.startswith("approvals") else "forbidden"
    problem(people["viewer"].post(f"runs/{asked}/{control}", json=body), 403, code)
    problem(people["stranger"].post(f"runs/{asked}/{control}", json=body), 404, "not_found")
    assert rest.events(asked) == before
    assert rest.get(f"runs/{asked}")["status"] == "waiting"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("approvals/ask", {"approved": True, "data": {"n": 1}}, 403, "not_an_approver"),
        ("approvals/ask", {"approved": "perhaps"}, 400, "bad_input"),
        ("approvals/a/b[9]/c", {"approved": True}, 409, "approval_not_open"),
        ("signal", {"name": "nothing"}, 409, "unknown_signal"),
        ("fork", {"after": 0}, 400, "bad_input"),
        ("fork", {"after": 10**30}, 422, "invalid_data"),
        ("fork", {"after": 2, "outputs": {"nowhere": 1}}, 422, "invalid_data"),
        ("replay", {"version": 10**30}, 404, "not_found"),
        ("replay", {"version": True}, 400, "bad_input"),
        ("retry", {}, 409, "not_failed"),
    ],
)
def test_what_a_run_cannot_do_is_refused_with_the_reason(rest, asked, path, body, status, code):
    before = rest.events(asked)
    problem(rest.client.post(f"runs/{asked}/{path}", json=body), status, code)
    assert rest.events(asked) == before


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"filter": {"search": "matches nothing at all"}}, 409, "nothing_matches"),
        ({"filter": {}, "expected_count": 0}, 409, "count_changed"),
        ({"filter": {"nothing": 1}}, 400, "bad_input"),
        ({"filter": {"ids": ["x"] * 20_000}}, 400, "bad_input"),
        ({"filter": {"since": "0001-01-01T00:00:00+14:00"}}, 400, "bad_input"),
        ({"filter": {}, "action": "explode"}, 400, "bad_input"),
    ],
)
def test_a_bulk_operation_that_nobody_meant_does_nothing(rest, asked, more, status, code):
    problem(rest.client.post("runs/bulk", json={"action": "cancel", **more}), status, code)
    assert rest.get(f"runs/{asked}")["status"] == "waiting"


def test_a_form_that_does_not_fit_is_told_by_field(rest):
    graph = asking()
    graph["nodes"][1]["approvers"] = []
    run = rest.start(rest.publish("Asks all", graph))
    rest.until(run, "waiting")
    for data, field in (({}, "/data/n"), ({"n": "x"}, "/data/n"), ([], "/data"), ({"n": 1.5}, "/data/n")):
        answer = rest.client.post(f"runs/{run}/approvals/ask", json={"approved": True, "data": data})
        assert problem(answer, 422, "invalid_data")["errors"][0]["field"] == field
    large = {"approved": True, "data": {"n": 1, "more": "x" * 70_000}}
    problem(rest.client.post(f"runs/{run}/approvals/ask", json=large), 413, "too_large")
    rest.post(f"runs/{run}/approvals/ask", {"approved": True, "data": {"n": 1}}, 202)
    rest.until(run, "completed")


@pytest.mark.parametrize(
    ("command", "method", "path", "body", "code"),
    [
        ("cancel {finished}", "POST", "runs/{finished}/cancel", {}, "run_finished"),
        ("runs terminate {finished}", "POST", "runs/{finished}/terminate", {}, "run_finished"),
        ("runs signal {finished} --name go", "POST", "runs/{finished}/signal", {"name": "go"}, "run_finished"),
        (
            "runs approve {finished} --step ask",
            "POST",
            "runs/{finished}/approvals/ask",
            {"approved": True},
            "run_finished",
        ),
        ("runs signal {asked} --name nothing", "POST", "runs/{asked}/signal", {"name": "nothing"}, "unknown_signal"),
        ("runs retry {asked}", "POST", "runs/{asked}/retry", {}, "not_failed"),
        ("runs fork {asked} --after 99", "POST", "runs/{asked}/fork", {"after": 99}, "invalid_data"),
        ("runs show nothing", "GET", "runs/nothing", None, "not_found"),
        ("cancel nothing", "POST", "runs/nothing/cancel", {}, "not_found"),
    ],
)
def test_the_command_line_ends_with_2_and_says_what_the_server_says(
    stack, rest, finished, asked, command, method, path, body, code
):
    runs = {"finished": finished, "asked": asked}
    before = [rest.events(run) for run in runs.values()]
    answer = rest.client.request(method, path.format(**runs), json=body).json()
    assert answer["code"] == code
    done = stack.cli(*command.format(**runs).split())
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert " ".join(done.stderr.split()).startswith(f"Error: {answer['detail']}")
    assert done.stdout == ""
    assert [rest.events(run) for run in runs.values()] == before


def test_a_flood_of_signals_is_bounded_and_the_run_goes_on(rest, waiting):
    """A paused run keeps 100 of them; the others are refused in its log, and the log does not grow without end."""
    run = rest.start(waiting)
    rest.until(run, "waiting")
    rest.post(f"runs/{run}/pause", {}, 202)
    rest.until(run, "paused")

    def send(number):
        return rest.client.post(f"runs/{run}/signal", json={"name": "go", "data": number}).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        codes = Counter(pool.map(send, range(400)))
    assert set(codes) <= {202, 429}, codes
    kinds = Counter(event["type"] for event in rest.events(run))
    assert kinds["signal_received"] <= 100
    rest.post(f"runs/{run}/resume", {}, 202)
    rest.until(run, "completed")
    problem(rest.client.post(f"runs/{run}/signal", json={"name": "go"}), 409, "run_finished")


def test_an_inbox_that_nobody_reads_takes_a_thousand_commands(stack, rest, waiting):
    run = rest.start(waiting)
    rest.until(run, "waiting")
    stack.processes["engine"].send_signal(19)
    try:
        time.sleep(1)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            told = pool.map(lambda _: rest.client.post(f"runs/{run}/signal", json={"name": "go"}), range(1100))
            answers = list(told)
    finally:
        stack.processes["engine"].send_signal(18)
    codes = Counter(answer.status_code for answer in answers)
    assert codes[202] <= 1001, codes
    refused = next(answer for answer in answers if answer.status_code == 429)
    problem(refused, 429, "inbox_full")
    rest.until(run, "completed", timeout_s=60)


def test_large_repetitions_end(rest):
    wait = {"kind": "wait", "id": "w", "parent": "each", "seconds": 1}
    each = {"kind": "map", "id": "each", "items": "${ input.items }", "concurrency": 1000, "output": "${ index }"}
    workflow = rest.publish("Many waits", chain(each, wait))
    loop = {"kind": "loop", "id": "l", "condition": "${ index < 10000 }", "max_iterations": 10_000}
    loops = rest.publish("Many turns", chain(loop, {**STEP, "parent": "l"}))
    rest.until(rest.start(loops), "completed", "continued", timeout_s=60)
    run = rest.start(workflow, input={"items": [*range(10_000)]})
    while (ended := rest.until(run, "completed", "failed", "continued", timeout_s=120))["status"] == "continued":
        run = next(row["id"] for row in rest.get(f"runs?workflow={workflow}")["results"] if row["id"] > run)
    assert ended["status"] == "completed", ended["error"]
    started = rest.client.post(f"workflows/{workflow}/runs", json={"input": {"items": [*range(10_001)]}}).json()["id"]
    assert rest.until(started, "failed")["error"]["code"] == "too_many_items"


def test_loops_in_loops_hold_nobody_up(rest):
    outer = {"kind": "loop", "id": "outer", "condition": "${ index < 10000 }", "max_iterations": 10_000}
    inner = {**outer, "id": "inner", "parent": "outer"}
    workflow = rest.publish("Loops in loops", chain(outer, inner, {**STEP, "parent": "inner"}))
    rest.start(workflow)
    quick = rest.publish("Quick", chain(STEP))
    for _ in range(5):
        begun = time.monotonic()
        rest.until(rest.start(quick), "completed")
        assert time.monotonic() - begun < 5
    deadline = time.monotonic() + 30
    while (newest := rest.get(f"runs?workflow={workflow}&limit=1")["results"][0])["status"] != "terminated":
        assert time.monotonic() < deadline, newest
        rest.client.post(f"runs/{newest['id']}/terminate", json={})
        time.sleep(0.1)


def nested(name):
    return {"kind": "workflow", "id": "inner", "workflow": name}


def test_workflows_stand_ten_deep_in_each_other_and_never_in_themselves(rest):
    made = rest.publish("Depth 0", chain(STEP))
    for depth in range(1, 11):
        made = rest.publish(f"Depth {depth}", chain(nested(f"depth-{depth - 1}")))
    rest.until(rest.start(made), "completed")
    deeper = rest.post("workflows", {"title": "Depth 11", "graph": chain(nested("depth-10"))}, 201)["id"]
    answer = rest.client.post(f"workflows/{deeper}/publish", json={}, headers={"If-Match": '"1"'})
    if answer.status_code == 201:
        assert "10 deep" in rest.until(rest.start(deeper), "failed")["error"]["message"]
    own = rest.publish("Own", chain(STEP))
    draft = rest.client.put(f"workflows/{own}/draft", json={"graph": chain(nested("own"))}, headers={"If-Match": '"1"'})
    assert draft.status_code == 200, draft.text
    again = rest.client.post(f"workflows/{own}/publish", json={}, headers={"If-Match": draft.headers["ETag"]})
    if again.status_code == 201:  # it then runs its own version 1, which calls nothing
        rest.until(rest.start(own), "completed")
    else:
        problem(again, 422, "graph_problems")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.sampled_from([0.5, -1e300, "", "x", "\0", "九", "x" * 300]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "$artifact", "id", "kind"]), inner)
    ),
    max_leaves=6,
)


def operations(document):
    """Yield every call that takes a body, with the names of its fields."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if body is not None:
                name = body.get("$ref", "").rpartition("/")[2]
                schema = document["components"]["schemas"].get(name, body)
                yield method, path, sorted(schema.get("properties", {"a": {}}))


@settings(max_examples=8, phases=(Phase.generate,), suppress_health_check=[*HealthCheck])
@given(data=st.data())
def test_no_body_of_any_shape_breaks_a_call(rest, asked, waiting, data):
    """Driven by the OpenAPI document: fields that exist, values that do not fit."""
    document = _document(rest)
    for method, path, fields in operations(document):
        url = path.removeprefix("/api/v1/").replace("{run_id}", asked).replace("{workflow_id}", waiting)
        url = url.replace("{step}", "ask").replace("{id}", "1").replace("{", "").replace("}", "")
        names = st.sampled_from([*fields, "other"])
        body = data.draw(st.dictionaries(names, JSON, min_size=1, max_size=4), label=f"{method} {url}")
        if "retention" in url and not url.endswith("preview"):
            continue  # a policy that happens to be one would delete runs of other tests
        if "bulk" in url:
            body["dry_run"] = True
        if any(each in url for each in ("cancel", "terminate", "pause", "continue", "resume")):
            body["reason"] = [1]
        answer = rest.client.request(
            method, url, content=json.dumps(body), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code < 500, (method, url, body, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"].startswith("application/problem+json"), (method, url, body)
            assert answer.json()["code"]


def _document(rest, _known={}):  # noqa: B006
    if not _known:
        _known.update(rest.client.get("../schema/?format=json").json())
    return _known
