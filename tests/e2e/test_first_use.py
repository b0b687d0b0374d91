"""What a person does on the first day: look at the sample, add to it, run it, watch it, come back to it."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.hands import SLOW, connect, node, open_sample, run_with_the_sample_file, settled
from tests.stack import Stack


def test_draw_run_watch_reload(stack: Stack, page: Page) -> None:
    open_sample(page)
    settled(page)
    canvas = page.get_by_role("application", name="Workflow canvas")
    palette = page.get_by_role("complementary", name="Steps to add")
    palette.get_by_role("button", name=re.compile("^Draw a chart")).drag_to(
        canvas, target_position={"x": 700, "y": 700}
    )
    added = node(page, "plotly_render")
    expect(added).to_be_visible()
    expect(page.get_by_role("tab", name="Input")).to_be_visible()
    connect(page, "prepare", "plotly_render")
    expect(page.get_by_role("group", name="From prepare (out) to plotly_render")).to_be_attached()
    added.click()
    page.get_by_role("tab", name="Input").click()
    page.get_by_role("textbox", name="X axis").first.fill("region")
    page.get_by_label("Y axis", exact=True).fill("revenue")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=SLOW)

    run_with_the_sample_file(page)
    expect(node(page, "parse").get_by_text("Done")).to_be_visible(timeout=SLOW)
    page.reload()
    expect(node(page, "plotly_render")).to_be_visible(timeout=SLOW)

    page.get_by_role("link", name="Runs").click()
    page.get_by_role("link", name=re.compile("Analyse sales")).first.click()
    expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=SLOW)
    for step in ("read", "parse", "prepare", "chart", "plotly_render"):
        expect(node(page, step).get_by_text("Done")).to_be_visible(timeout=SLOW)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=SLOW)
    finished = page.url
    page.goto(stack.url)
    page.goto(finished)
    expect(node(page, "plotly_render").get_by_text("Done")).to_be_visible(timeout=SLOW)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=SLOW)
