"""Makes the pictures of ``docs/screenshots`` from the running system: ``python -m tests.e2e.screenshots``."""

import os
import re
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentcluster.settings")

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.browser import find_chromium
from tests.e2e.conftest import FLAGS
from tests.e2e.hands import SLOW, node, open_sample, run_with_the_sample_file, settled
from tests.stack import Stack

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"


def keep(page: Page, name: str) -> None:
    page.wait_for_timeout(1200)
    page.screenshot(path=FOLDER / f"{name}.png")


def tour(stack: Stack, browser: Browser, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(stack.login_link())
    page.wait_for_url(f"{stack.url}/")
    suffix = "" if scheme == "light" else "-dark"
    keep(page, f"home{suffix}")
    open_sample(page)
    settled(page)
    node(page, "prepare").click()
    keep(page, f"inspector{suffix}")
    page.keyboard.press("Escape")
    run_with_the_sample_file(page)
    expect(node(page, "chart").get_by_text("Done")).to_be_visible(timeout=SLOW)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=SLOW)
    settled(page)
    keep(page, f"designer{suffix}")
    page.goto(f"{stack.url}/runs")
    page.get_by_role("link", name=re.compile("Analyse sales")).first.click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=SLOW)
    keep(page, f"trace{suffix}")
    context.close()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with Stack() as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for scheme in ("light", "dark"):
            tour(stack, browser, scheme)
        browser.close()


if __name__ == "__main__":
    main()
