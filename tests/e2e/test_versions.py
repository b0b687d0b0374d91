"""The history of a workflow in the designer: compared, restored by keyboard and mouse, taken back."""

import copy
import re

from playwright.sync_api import Page, expect

from tests.e2e import workflows
from tests.e2e.hands import SLOW, node, settled
from tests.e2e.rest import Rest
from tests.e2e.test_accessibility import violations
from tests.e2e.workflows import Graph
from tests.stack import Stack


def two_versions(rest: Rest) -> tuple[str, Graph]:
    """Return the id of a workflow with two versions, and the graph of the first; the draft has a step of its own."""
    first = workflows.waiting()
    second = copy.deepcopy(first)
    second["nodes"][1]["seconds"] = 60
    third = copy.deepcopy(second)
    third["nodes"].append(
        {"kind": "transform", "id": "extra", "title": "Mine", "output": 1, "position": {"x": 0, "y": 200}}
    )
    made = rest.draw("History", first)
    where = f"workflows/{made['id']}"
    rest.post(f"{where}/publish", {"note": "Waits for an hour"}, **{"If-Match": '"1"'})
    rest.put(f"{where}/draft", {"graph": second}, **{"If-Match": '"1"'})
    rest.post(f"{where}/publish", {"note": "Waits for a minute"}, **{"If-Match": '"2"'})
    rest.put(f"{where}/draft", {"graph": third}, **{"If-Match": '"2"'})
    return str(made["id"]), first


def seconds(rest: Rest, workflow: str) -> float:
    found: float = rest.get(f"workflows/{workflow}")["draft"]["graph"]["nodes"][1]["seconds"]
    return found


def test_a_version_is_compared_restored_and_taken_back(stack: Stack, page: Page, rest: Rest) -> None:
    workflow, _ = two_versions(rest)
    run = rest.start({"id": workflow}, version=1)
    rest.until(run, "waiting")
    page.goto(f"{stack.url}/workflows/{workflow}")
    expect(node(page, "extra")).to_be_visible(timeout=SLOW)
    settled(page)
    page.keyboard.press("Control+Shift+H")
    drawer = page.get_by_role("dialog", name="Versions", exact=True)
    rows = drawer.get_by_role("list", name="Published versions").get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Waits for a minute")
    expect(rows.nth(1)).to_contain_text("1 run goes on with it")
    expect(drawer.get_by_role("table", name="From Version 2 to Draft")).to_contain_text("title: Mine")
    drawer.get_by_role("combobox", name="Earlier state").click()
    page.get_by_role("option", name="Version 1").click()
    drawer.get_by_role("combobox", name="Later state").click()
    page.get_by_role("option", name="Version 2").click()
    lines = drawer.get_by_role("table", name="From Version 1 to Version 2")
    expect(lines.locator('[data-change="removed"]')).to_contain_text("seconds: 3600")
    expect(lines.locator('[data-change="added"]')).to_contain_text("seconds: 60")

    assert violations(page, "versions") == []
    restore = drawer.get_by_role("button", name="Restore into draft: version 1")
    restore.focus()
    page.keyboard.press("Enter")
    sure = page.get_by_role("dialog", name="Restore version 1 into the draft?")
    expect(sure.get_by_text("Lost are the steps that only the draft has: Mine.")).to_be_visible()
    expect(sure.get_by_text("These steps are again as they were in version 1: Let it rest.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(sure).to_be_hidden()
    expect(drawer).to_be_visible()
    expect(restore).to_be_focused()
    assert seconds(rest, workflow) == 60
    restore.click()
    sure.get_by_role("textbox", name="Why").fill("A minute is too short")
    sure.get_by_role("button", name="Restore version 1").click()
    expect(drawer).to_be_hidden()
    expect(page.get_by_text("The draft is version 1 again.")).to_be_visible()
    expect(node(page, "extra")).to_be_hidden()
    assert seconds(rest, workflow) == 3600

    page.keyboard.press("Control+z")
    expect(node(page, "extra")).to_be_visible()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=SLOW)
    page.reload()
    expect(node(page, "extra")).to_be_visible(timeout=SLOW)
    assert seconds(rest, workflow) == 60
    assert rest.get(f"runs/{run}")["status"] == "waiting"
    rest.post(f"runs/{run}/cancel")


def test_a_draft_that_somebody_saved_meanwhile_is_not_lost(stack: Stack, page: Page, rest: Rest) -> None:
    workflow, first = two_versions(rest)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto(f"{stack.url}/workflows/{workflow}")
    expect(node(page, "extra")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Versions").click()
    drawer = page.get_by_role("dialog", name="Versions", exact=True)
    drawer.get_by_role("button", name="Restore into draft: version 1").click()
    sure = page.get_by_role("dialog", name="Restore version 1 into the draft?")
    expect(sure.get_by_text(re.compile("^Lost are"))).to_be_visible()
    assert violations(page, "what is lost, in the dark") == []
    theirs = copy.deepcopy(first)
    theirs["nodes"][1]["seconds"] = 7
    rest.put(f"workflows/{workflow}/draft", {"graph": theirs}, **{"If-Match": '"3"'})
    sure.get_by_role("button", name="Restore version 1").click()
    expect(sure.get_by_role("alert")).to_contain_text("saved a newer draft (revision 4)")
    assert seconds(rest, workflow) == 7
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_text("saved a newer version")).to_be_visible()
