"""What a person's hands do in the page, for tests to use."""

import re
import time

from playwright.sync_api import Browser, Locator, Page, StorageState, expect

from tests.stack import Stack

SLOW = 60_000


def logged_in(browser: Browser, stack: Stack) -> StorageState:
    """Return what a browser keeps of a person who has logged in by a one-time link."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(stack.login_link())
    page.wait_for_url(f"{stack.url}/")
    kept = context.storage_state()
    context.close()
    return kept


def node(page: Page, node_id: str) -> Locator:
    """Return a node on the canvas, in the designer and in the trace alike."""
    return page.locator(f'.react-flow__node[data-id="{node_id}"]')


def settled(page: Page) -> None:
    """Wait until the canvas has stood still for a while from now on."""
    page.evaluate("() => { window.__canvas = undefined; }")
    page.wait_for_function(
        """() => {
            const now = document.querySelector('.react-flow__viewport')?.style.transform ?? '';
            const seen = window.__canvas ?? { place: '', since: 0 };
            if (seen.place !== now) window.__canvas = { place: now, since: performance.now() };
            return now !== '' && seen.place === now && performance.now() - seen.since > 400;
        }""",
        polling=50,
    )


def connect(page: Page, source: str, target: str) -> None:
    """Draw a connection with the mouse, from the way out of one node to the other."""
    settled(page)
    start = node(page, source).locator(".react-flow__handle-right.source").bounding_box()
    end = node(page, target).locator(".react-flow__handle.target").bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] - 40, end["y"], steps=8)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=4)
    page.mouse.up()


def open_sample(page: Page) -> None:
    page.get_by_role("button", name="Look at it first").click()
    page.wait_for_url(re.compile("/workflows/"))
    expect(node(page, "chart")).to_be_visible(timeout=SLOW)


def open_a_sample_of_its_own(page: Page, url: str) -> None:
    """Make a workflow from the template and open it, so that what another test did to the first one does not matter."""
    cookies = {cookie.get("name"): cookie.get("value") for cookie in page.context.cookies()}
    headers = {"X-CSRFToken": str(cookies["csrftoken"]), "Referer": url}
    wanted = {"title": f"Sales {time.monotonic_ns()}", "template": "analyse-sales"}
    made = page.request.post(f"{url}/api/v1/workflows", data=wanted, headers=headers)
    assert made.status == 201, made.text()
    page.goto(f"{url}/workflows/{made.json()['id']}")
    expect(node(page, "chart")).to_be_visible(timeout=SLOW)


def run_with_the_sample_file(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Use the sample data").click()
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(dialog).to_be_hidden()


def row(page: Page, step: str) -> Locator:
    """Return a row of the waterfall, by the step's key."""
    return page.locator(f'[role="treeitem"][data-step="{step}"]')


def ask_of_run(page: Page, command: str) -> None:
    """Choose a command in the menu of a run's page."""
    page.get_by_role("button", name="More to do with this run").click()
    page.get_by_role("menuitem", name=command).click()


def give_reason(page: Page, command: str, reason: str) -> None:
    """Say why (or not) in the dialog of a command, and go on with it."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name=command).click()
    expect(dialog).to_be_hidden()


def open_run(page: Page, url: str, run: str) -> None:
    """Open a run's own page and wait until it shows how the run stands."""
    page.goto(f"{url}/runs/{run}")
    expect(page.get_by_role("tree", name="Steps over time")).to_be_visible(timeout=SLOW)
