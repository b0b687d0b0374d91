"""Everybody can use it: no page breaks the rules of axe-core (WCAG 2.2 A and AA), in light and in dark."""

import re
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import workflows
from tests.e2e.hands import SLOW, ask_of_run, node, open_run, open_sample, row, run_with_the_sample_file, settled
from tests.e2e.rest import Rest
from tests.e2e.shop import Shop
from tests.stack import Stack

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# React Flow draws its own credit, under its licence's terms.
LEFT_OUT = [".react-flow__attribution"]

STAND_STILL = """() => Promise.all(
    document.getAnimations()
        .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
        .map((one) => one.finished.catch(() => null)),
)"""
"""Waits for what fades in: half faded, it has too little contrast."""


def violations(page: Page, screen: str) -> list[str]:
    """Return what is seriously wrong on the page as it stands, one line each."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    page.evaluate(STAND_STILL)
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(
        """async ([rules, leftOut]) => {
            const options = { runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'] };
            return (await axe.run({ exclude: leftOut.map((one) => [one]) }, options)).violations;
        }""",
        [RULES, LEFT_OUT],
    )
    return [
        f"{screen}: {one['id']}: {place['html'][:160]} {place['failureSummary'].splitlines()[-1].strip()}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for place in one["nodes"]
    ]


def run_to_the_end(page: Page) -> str:
    """Run the sample in the designer; return the address of its run."""
    run_with_the_sample_file(page)
    expect(node(page, "end").get_by_text("Done")).to_be_visible(timeout=SLOW)
    return str(page.get_by_role("link", name="Open in its own page").get_attribute("href"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(stack: Stack, page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = violations(page, "home")
    open_sample(page)
    settled(page)
    found += violations(page, "designer")
    node(page, "chart").click()
    expect(page.get_by_role("tab", name="Input")).to_be_visible()
    settled(page)
    found += violations(page, "inspector")
    run = run_to_the_end(page)
    found += violations(page, "trace drawer")
    cluster = ("/agents", "/agents/plotly-render", "/agents/bundles", "/agents/bundles/keys", "/nodes", "/nodes/local")
    for screen in (run, "/workflows", "/runs", *cluster, "/nodes?view=list", "/dead-letters", "/settings"):
        page.goto(f"{stack.url}{screen}")
        found += violations(page, screen)
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nor_does_the_way_in(stack: Stack, browser: Browser, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{stack.url}/login/")
    found = violations(page, "login")
    context.close()
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nor_do_runs_that_wait_or_were_undone(
    stack: Stack, page: Page, rest: Rest, shop: Shop, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    shop.out_of_order = {"ship"}
    undone = rest.start(rest.publish("Order", workflows.order(shop.url)))
    asking = rest.start(rest.publish("Invoice", workflows.asking()))
    rest.until(undone, "failed")
    rest.until(asking, "waiting")
    open_run(page, stack.url, undone)
    expect(row(page, "release")).to_be_visible(timeout=SLOW)
    found = violations(page, "undone run")
    ask_of_run(page, "Fork")
    found += violations(page, "fork dialog")
    page.goto(f"{stack.url}/runs/{asking}?step=ask")
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible(timeout=SLOW)
    found += violations(page, "run that waits")
    page.goto(f"{stack.url}/approvals")
    expect(page.get_by_role("list", name="Approvals")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name=re.compile("^Pay the invoice")).last.click()
    found += violations(page, "approvals")
    page.goto(f"{stack.url}/runs")
    page.get_by_role("checkbox", name="Select all that are shown").check()
    page.get_by_role("button", name="Do with them").click()
    found += violations(page, "bulk menu")
    rest.post(f"runs/{asking}/terminate")
    assert found == []
