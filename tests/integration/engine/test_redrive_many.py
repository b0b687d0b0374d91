"""Many dead letters are given again: those that cannot be stand in nobody's way, and each is counted once."""

from collections import Counter
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from agentcluster.streams import dead_letters as kept
from agentcluster.streams.run_log import RunLog
from designer.models import Run, Workflow
from tests.integration.engine import routing_agents as mine
from tests.integration.engine.lab import Lab, line
from tests.integration.engine.test_dead_letters import STEP, failed, somebody

pytestmark = pytest.mark.django_db(transaction=True)
GOOD, LOST = 30, 230
URL = "/api/v1/dead-letters"


@pytest.fixture(autouse=True)
def mood() -> None:
    mine.MOOD.clear()
    mine.CALLS.clear()


@sync_to_async
def asked(method: str, path: str, body: Any = None) -> Any:
    client = APIClient()
    client.force_authenticate(User.objects.get(username="ada"))
    answer = getattr(client, method)(f"{URL}{path}", body, format="json")
    assert answer.status_code == 200, answer.content
    return answer.json()


async def bury(lab: Lab) -> None:
    """Bury good letters, the newer half of them between and below many whose run is gone."""
    run, letter = await failed(lab, line(STEP))
    await lab.stop_engines()
    user = await somebody("ada", None)
    user.is_superuser = True
    await user.asave()
    log = RunLog(lab.writer)
    kept.delete(lab.client, "moody", [letter.entry_id])
    fields: dict[str, str | int] = dict(letter.fields)
    for number in range(GOOD):
        await kept.bury(log, "moody", f"{run}/good/{number}", fields)
    for number in range(LOST):
        await kept.bury(log, "moody", f"gone/a/{number}", {**fields, "run_id": "gone", "error_code": "lost"})
        if number % 50 == 0:
            await kept.bury(log, "moody", f"{run}/between/{number}", fields)


async def test_refused_letters_stop_none_of_those_behind_them(lab: Lab) -> None:
    await bury(lab)
    good = GOOD + LOST // 50 + 1
    lefts, refused, redriven, cursor = [], Counter[str](), {}, ""
    while cursor is not None:
        answer = await asked("post", "/redrive", {"agent": "moody", "cursor": cursor})
        redriven |= answer["redriven"]
        refused.update(answer["refused"])
        lefts.append(answer["left"])
        cursor = answer["next"]
    assert (len(redriven), dict(refused)) == (good, {"run_gone": LOST})
    assert lefts == [LOST + good - 100, LOST + good - 200, 0]
    assert await Run.objects.filter(pk__in=redriven.values()).acount() == good


async def test_a_page_begins_where_the_one_before_ended_whatever_was_redriven(lab: Lab) -> None:
    await bury(lab)
    first = await asked("post", "/redrive", {"agent": "moody"})
    preview = await asked("post", "/redrive", {"agent": "moody", "cursor": first["next"], "preview": True})
    assert preview["count"] == first["left"]
    again = await asked("post", "/redrive", {"agent": "moody", "filter": {"code": "lost"}, "preview": True})
    assert again["count"] == LOST


async def test_a_search_finds_error_codes_and_workflows(lab: Lab) -> None:
    await bury(lab)
    await Workflow.objects.filter(name="lab").aupdate(title="Nächtliche Bestellungen")

    async def found(text: str) -> int:
        return len((await asked("get", f"?agent=moody&limit=500&search={text}"))["results"])

    assert await found("LOST") == LOST
    assert await found("bestellungen") == LOST + GOOD + LOST // 50 + 1
    assert await found("no-such-thing") == await found("no%00such") == 0
