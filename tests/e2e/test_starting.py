"""Starts from the page: what runs, by whom, how urgent; once, also when the answer was lost on its way."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e import workflows
from tests.e2e.conftest import ACTION_MS
from tests.e2e.hands import SLOW, node, open_run, row
from tests.e2e.rest import Rest
from tests.stack import Stack

OPERATOR = """
from django.contrib.auth.models import User
from agentcluster.security.models import Membership, Project
olga, _ = User.objects.get_or_create(username="olga")
for project in Project.objects.all():
    Membership.objects.update_or_create(user=olga, project=project, defaults={"role": "operator"})
"""


def saying(word: str) -> dict[str, Any]:
    """Return a workflow that says a word."""
    return workflows.document(
        [
            {"kind": "start", "id": "start"},
            {"kind": "end", "id": "end", "output": {"said": word}},
        ],
        ["start>end"],
    )


def two_skips() -> dict[str, Any]:
    """Return a workflow with a step whose own condition does not hold, and one whose branch is not taken."""
    return workflows.document(
        [
            {"kind": "start", "id": "start"},
            {"kind": "condition", "id": "large", "title": "Large?", "expression": "${ 2 > 1 }"},
            {"kind": "transform", "id": "check", "title": "Check it", "output": "checked", "run_if": "${ 1 > 2 }"},
            {"kind": "transform", "id": "wave", "title": "Wave it through", "output": "waved"},
            {"kind": "end", "id": "end", "position": {"x": 1120, "y": 0}},
        ],
        ["start>large", "large:true>check", "large:false>wave", "check>end"],
    )


@pytest.fixture
def operator(stack: Stack, browser: Browser) -> Any:
    """A window of somebody who may run workflows and not edit them."""
    stack.manage("shell", "-c", OPERATOR)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(ACTION_MS)
    opened = context.new_page()
    opened.goto(stack.login_link("olga"))
    opened.wait_for_url(f"{stack.url}/")
    yield opened
    context.close()


def test_an_operator_starts_a_published_version_while_the_draft_is_in_the_making(
    stack: Stack, operator: Page, rest: Rest
) -> None:
    workflow = rest.publish("Say it", saying("one"))
    with stack.api() as client:
        half = client.put(
            f"workflows/{workflow['id']}/draft", json={"graph": saying("half")}, headers={"If-Match": '"1"'}
        )
        assert half.is_success, half.text
    operator.goto(f"{stack.url}/workflows/{workflow['id']}")
    operator.get_by_role("button", name="Run", exact=True).first.click()
    dialog = operator.get_by_role("dialog")
    expect(dialog.get_by_label("What runs").first).to_have_value("Version 1 (newest)", timeout=SLOW)
    dialog.get_by_label("What runs").first.click()
    expect(operator.get_by_role("option")).to_have_text(["Version 1 (newest)"])
    operator.keyboard.press("Escape")
    dialog.get_by_role("button", name="Priority and labels").click()
    dialog.get_by_label("Priority", exact=True).first.click()
    operator.get_by_role("option", name="High").click()
    dialog.get_by_label("Labels").first.fill("team:sales")
    operator.keyboard.press("Enter")
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(node(operator, "end").get_by_text("Done")).to_be_visible(timeout=SLOW)
    [made] = rest.get(f"runs?workflow={workflow['id']}")["results"]
    run = rest.until(made["id"], "completed")
    open_run(operator, stack.url, run["id"])
    expect(operator.get_by_text("High priority").first).to_be_visible()
    assert (run["version"], run["priority"], run["labels"]) == (1, "high", {"team": "sales"})
    assert run["output"] == {"said": "one"}


def test_a_start_whose_answer_was_lost_is_asked_for_again_and_starts_one_run(
    stack: Stack, page: Page, rest: Rest
) -> None:
    workflow = rest.publish("Once", saying("once"))
    page.goto(f"{stack.url}/workflows/{workflow['id']}")
    page.get_by_role("button", name="Run", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("This workflow asks for nothing.")).to_be_visible(timeout=SLOW)

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            assert route.fetch().status == 202
            route.abort("connectionreset")
        else:
            route.continue_()

    address = f"**/api/v1/workflows/{workflow['id']}/runs"
    page.route(address, lose)
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("it starts once")
    page.unroute(address)
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("The run had started at the first request; here it is.")).to_be_visible()
    expect(node(page, "end").get_by_text("Done")).to_be_visible(timeout=SLOW)
    assert len(rest.get(f"runs?workflow={workflow['id']}")["results"]) == 1


def test_skipped_steps_say_why(stack: Stack, page: Page, rest: Rest) -> None:
    run = rest.start(rest.publish("Two skips", two_skips()))
    rest.until(run, "completed")
    open_run(page, stack.url, run)
    expect(row(page, "check")).to_contain_text("Its condition was not true.")
    expect(row(page, "wave")).to_contain_text("Its branch was not taken.")
    row(page, "check").click()
    panel = page.get_by_role("complementary", name="Step")
    expect(panel.get_by_role("note")).to_have_text("Its condition was not true. ${ 1 > 2 }")
    row(page, "wave").click()
    expect(panel.get_by_role("note")).to_have_text("Its branch was not taken.")
    page.context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": stack.url}])
    page.reload()
    expect(page.get_by_role("note")).to_have_text("没有走它所在的分支。", timeout=SLOW)
