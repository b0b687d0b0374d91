"""A run's page: what waits for a decision is asked at once, and graphs without places are laid out."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e import workflows
from tests.e2e.hands import SLOW, node, open_run, open_sample, row, run_with_the_sample_file, settled
from tests.e2e.rest import Rest
from tests.stack import Stack


def without_places(graph: dict[str, Any]) -> dict[str, Any]:
    """Return the graph as a program would write it: nothing says where a step stands."""
    nodes = [{key: value for key, value in one.items() if key != "position"} for one in graph["nodes"]]
    return {**graph, "nodes": nodes}


def test_a_decision_is_offered_where_the_run_says_that_it_waits(stack: Stack, page: Page, rest: Rest) -> None:
    run = rest.start(rest.publish("Go on?", workflows.asking()))
    rest.until(run, "waiting")
    open_run(page, stack.url, run)
    panel = page.get_by_role("complementary", name="Step")
    expect(panel.get_by_text("Pay the invoice?")).to_be_visible(timeout=SLOW)
    expect(panel.get_by_role("button", name="Approve", exact=True)).to_be_visible()
    row(page, "ask").hover()
    expect(page.get_by_role("tooltip").get_by_text("So far", exact=True)).to_be_visible()
    expect(page.get_by_role("tooltip").get_by_text("Ended")).to_be_hidden()
    page.mouse.move(0, 0)
    why = page.get_by_role("status", name="Why the run does not go on")
    why.get_by_role("button", name="Decide").click()
    expect(panel.get_by_label("Amount")).to_be_focused()
    panel.get_by_label("Amount").fill("20")
    panel.get_by_role("button", name="Approve", exact=True).click()
    expect(node(page, "pay").get_by_text("Done")).to_be_visible(timeout=SLOW)
    expect(why).to_be_hidden()


def test_a_workflow_without_places_is_laid_out(stack: Stack, page: Page, rest: Rest) -> None:
    graph = without_places(workflows.asking())
    workflow = rest.publish("Made by a program", graph)
    ids = [one["id"] for one in graph["nodes"]]
    run = rest.start(workflow)
    for url in (f"{stack.url}/runs/{run}", f"{stack.url}/workflows/{workflow['id']}"):
        page.goto(url)
        expect(node(page, ids[0])).to_be_visible(timeout=SLOW)
        settled(page)
        boxes = [node(page, one).bounding_box() for one in ids]
        assert len({(box["x"], box["y"]) for box in boxes if box}) == len(ids)
    page.keyboard.press("Escape")
    node(page, ids[0]).click()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=SLOW)
    saved = rest.get(f"workflows/{workflow['id']}")["draft"]["graph"]
    places = [(one.get("position") or {}).get("x", 0) for one in saved["nodes"]]
    assert len(set(places)) > 1
    rest.post(f"runs/{run}/cancel", {})


def still(page: Page) -> bytes:
    """Return a picture of the graph once it stays as it is."""
    graph, before = page.locator(".react-flow"), b""
    for _ in range(10):
        page.wait_for_timeout(700)
        if (now := graph.screenshot()) == before:
            return now
        before = now
    raise AssertionError("the graph does not stand still")


def test_what_is_painted_is_what_is_there(stack: Stack, page: Page) -> None:
    """Chromium went on showing «Pending» on steps that are done, where the page had been opened by a click."""
    open_sample(page)
    run_with_the_sample_file(page)
    expect(node(page, "end").get_by_text("Done")).to_be_visible(timeout=SLOW)
    page.goto(f"{stack.url}/runs")
    page.get_by_role("link", name=re.compile("Analyse sales")).first.click()
    done = node(page, "start").get_by_text("Done")
    expect(done).to_be_visible(timeout=SLOW)
    settled(page)
    shown = still(page)
    page.reload()
    expect(done).to_be_visible(timeout=SLOW)
    settled(page)
    assert still(page) == shown
