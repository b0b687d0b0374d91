"""Plans over REST: made of the agents that run, registered ones among them; permissions, limits, and what nobody can do."""

import asyncio
from typing import Any

import msgspec
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from agentcluster.security.models import Membership, Project, Role
from agents.cluster import snapshot
from agents.domain.manifest import IntentSchema, Manifest
from agents.domain.policy import Policy, PolicySet
from agents.models import Agent
from agents.policies import live
from agents.registry.register import register
from agents.tools import builtin
from agents.tools.context import CallContext
from designer.models import Run, Workflow
from tests.integration.engine.lab import Lab
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
SHOUT = Manifest(
    name="shout",
    version="1.0.0",
    title={"en": "Shout it", "zh-Hans": "大喊"},
    description={"en": "Louder."},
    capabilities=("shout",),
    intent=IntentSchema(input=TEXT, output=TEXT),
    entry_point="tests.integration.engine.test_plans:shout",
)
NEWER = msgspec.structs.replace(SHOUT, version="2.0.0")
WORDS = {"instruction": "shout the text, then count the words", "input": {"text": "to be or not"}}


async def shout(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    return {"text": input["text"].upper() + "!"}


@sync_to_async
def asked(path: str, body: dict[str, Any], role: Role = Role.EDITOR, **headers: str) -> Any:
    user, new = User.objects.get_or_create(username=role.value)
    project, _ = Project.objects.get_or_create(slug="lab", defaults={"name": "Lab"})
    if new:
        Membership.objects.create(user=user, project=project, role=role)
    client = APIClient()
    client.force_authenticate(user)
    return client.post(f"/api/v1/{path}", body, format="json", headers=headers)


@pytest.fixture
async def made(lab: Lab, settings: Any, nats_url: str) -> Any:
    """A laboratory whose node runs ``shout`` 1.0.0 and ``text``; ``json`` and ``shout`` 2.0.0 are only registered."""
    settings.NATS_URL = nats_url
    for manifest in (SHOUT, NEWER, *builtin(["text", "json"])):
        await sync_to_async(register)(manifest)
    await lab.start_node([SHOUT, *builtin(["text"])])
    lab.start_engine()
    await asyncio.to_thread(wait_until, lambda: any(node.agents for node in snapshot.read()))
    yield lab
    await sync_to_async(snapshot.close)()
    live.replace(PolicySet())


async def test_registered_agents_that_run_are_planned_in_the_version_that_runs(made: Lab) -> None:
    answer = await asked("plans", WORDS)
    assert answer.status_code == 200, answer.content
    plan = answer.json()
    assert [(step["agent"], step["version"]) for step in plan["steps"]] == [("shout", "1.0.0"), ("text", "1.0.0")]
    assert plan["graph"]["nodes"][1]["version"] == "1.0.0"
    assert plan["input_schema"]["required"] == ["text"]
    assert plan["project"]["slug"] == "lab"
    assert await Workflow.objects.acount() == 0


async def test_a_plan_is_run_once_for_a_key_and_in_one_workflow(made: Lab) -> None:
    body = {**WORDS, "digest": (await asked("plans", WORDS)).json()["digest"], "labels": {"team": "sales"}}
    answer = await asked("plans/runs", body, **{"Idempotency-Key": "k"})
    assert answer.status_code == 202, answer.content
    again = await asked("plans/runs", body, **{"Idempotency-Key": "k"})
    assert (again.status_code, again.json()["id"]) == (200, answer.json()["id"])
    run = (await made.ended(answer.json()["id"]))[0]
    assert (run.status, run.labels) == ("completed", {"team": "sales"})
    assert run.output["counts"]["words"] == 4
    assert run.output["shout"] == "TO BE OR NOT!"
    other = await asked("plans/runs", {**WORDS, "input": {"text": "that"}})
    assert other.status_code == 202
    assert await Workflow.objects.acount() == 1


async def test_a_plan_that_was_looked_at_before_there_was_input_is_run_with_any(made: Lab) -> None:
    plan = (await asked("plans", {"instruction": "count the words"})).json()
    body = {
        "instruction": "count the words",
        "digest": plan["digest"],
        "input": {"text": "https://example.org has two"},
    }
    answer = await asked("plans/runs", body)
    assert answer.status_code == 202, answer.content
    run = (await made.ended(answer.json()["id"]))[0]
    assert (run.status, run.input) == ("completed", body["input"])


async def test_a_workflow_is_called_after_its_instruction_without_what_nobody_can_see(made: Lab) -> None:
    words = "  count\u202e the\x07\nwords of the text " + "and count the words " * 10
    answer = await asked("plans/runs", {"instruction": words, "input": {"text": "a"}})
    assert answer.status_code == 202, answer.content
    title = answer.json()["workflow"]["title"]
    assert title.startswith("count the words of the text and count the words")
    assert (len(title), title[-1]) == (120, "…")


async def test_a_draft_that_somebody_changed_is_left_alone(made: Lab) -> None:
    first = (await asked("plans/runs", WORDS)).json()
    row = await Workflow.objects.aget()
    row.draft["nodes"][1]["title"] = "Mine"
    await row.asave()
    second = (await asked("plans/runs", WORDS)).json()
    assert second["workflow"]["id"] != first["workflow"]["id"]
    assert second["workflow"]["name"] == f"{first['workflow']['name']}-2"
    assert await Run.objects.acount() == 2


async def test_who_may_not_edit_runs_only_what_is_there(made: Lab) -> None:
    assert (await asked("plans", WORDS, Role.VIEWER)).status_code == 200
    refused = await asked("plans/runs", WORDS, Role.OPERATOR)
    assert (refused.status_code, refused.json()["required_role"]) == (403, "editor")
    assert await Workflow.objects.acount() == 0
    assert (await asked("plans/runs", WORDS, Role.EDITOR)).status_code == 202
    assert (await asked("plans/runs", WORDS, Role.OPERATOR)).status_code == 202
    viewer = await asked("plans/runs", WORDS, Role.VIEWER)
    assert (viewer.status_code, viewer.json()["required_role"]) == (403, "operator")
    elsewhere = await asked("plans", {**WORDS, "project": "other"})
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["field"]) == (400, "/project")


@pytest.mark.parametrize(
    ("body", "status", "code", "more"),
    [
        ({"instruction": "paint the fence"}, 422, "no_plan", {"part": "paint the fence", "words": ["paint", "fence"]}),
        ({"instruction": "read data.json"}, 422, "agents_away", {"agents": ["json"]}),
        ({**WORDS, "digest": "sha256:0"}, 409, "plan_changed", {}),
        ({**WORDS, "input": {"text": "a", "more": "b"}}, 400, "bad_input", {}),
        ({**WORDS, "input": {}}, 400, "invalid_input", {}),
        ({"instruction": " "}, 400, "bad_input", {}),
        ({"instruction": "count \0 words"}, 400, "malformed", {}),
        ({"instruction": "count the words", "project": "no one"}, 400, "bad_input", {}),
        ({"instruction": "count the words", "input": [1]}, 400, "bad_input", {}),
        ({"instruction": "x" * 4001}, 400, "bad_input", {}),
    ],
)
async def test_what_cannot_be_planned_or_run_is_told_and_leaves_nothing(
    made: Lab, body: dict[str, Any], status: int, code: str, more: dict[str, Any]
) -> None:
    answer = await asked("plans/runs", body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert {name: problem[name] for name in more} == more
    assert await Workflow.objects.acount() == 0


async def test_an_agent_that_is_switched_off_is_not_planned(made: Lab) -> None:
    await Agent.objects.filter(name="shout").aupdate(enabled=False)
    assert (await asked("plans", WORDS)).json()["words"] == ["shout"]


async def test_plans_that_are_run_count_for_the_rate_limits(made: Lab) -> None:
    live.replace(PolicySet(1, (Policy("few", "rate_limit", spec={"per": "user", "rate": 0.001, "burst": 1}),)))
    answers = [await asked("plans/runs", WORDS) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 429]
