"""An instruction in words on the home page: planned, read, given its file, run and watched."""

import re

from playwright.sync_api import Page, expect

from agentcluster.up.config import PROJECT
from tests.e2e.hands import SLOW, node
from tests.stack import Stack

SALES = PROJECT / "designer" / "samples" / "analyse_sales" / "sales_q3.csv"


def test_words_become_a_run(stack: Stack, page: Page) -> None:
    page.goto(stack.url)
    words = page.get_by_role("textbox", name="What is to be done, in words")
    words.fill("paint the fence")
    words.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("nothing here answers to: paint, fence")
    words.fill("analyse sales_q3.csv and draw the trend")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Plan it").click()
    plan = page.get_by_role("dialog")
    expect(plan.get_by_test_id("plan-steps")).to_contain_text("plotly-render")
    run = plan.get_by_role("button", name="Run the plan")
    run.click()
    expect(plan.get_by_text("The plan begins with this.")).to_be_visible()
    plan.locator("input[type=file]").set_input_files(SALES)
    expect(plan.get_by_text("The plan begins with this.")).to_have_count(0, timeout=SLOW)
    run.click()
    expect(page).to_have_url(re.compile("/runs/"), timeout=SLOW)
    for step in ("parse", "analyse", "chart"):
        expect(node(page, step).get_by_text("Done")).to_be_visible(timeout=SLOW)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=SLOW)
