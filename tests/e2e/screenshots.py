"""Makes the pictures of ``docs/screenshots`` from the running system: ``python -m tests.e2e.screenshots``."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentcluster.settings")

from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from agentcluster.up.config import PROJECT
from tests.e2e import workflows
from tests.e2e.browser import find_chromium
from tests.e2e.conftest import FLAGS
from tests.e2e.hands import (
    SLOW,
    ask_of_run,
    logged_in,
    node,
    open_run,
    open_sample,
    row,
    run_with_the_sample_file,
    settled,
)
from tests.e2e.rest import Rest
from tests.e2e.shop import Shop
from tests.stack import Stack

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
LARGEST = 250 * 1024


class Camera:
    """Keeps what a page shows."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def open(self, path: str) -> None:
        """Go to a page of the installation."""
        self.page.goto(self.url + path)

    def keep(self, name: str, pause_ms: int = 1200) -> None:
        """Take a picture once nothing moves."""
        self.page.wait_for_timeout(pause_ms)
        path = FOLDER / f"{name}.png"
        self.page.screenshot(path=path)
        if path.stat().st_size > LARGEST:
            sys.exit(f"{path.name} is larger than {LARGEST // 1024} KB: show less in it.")


def sample(camera: Camera) -> None:
    """The first workflow: drawn, run, its chart."""
    page = camera.page
    camera.open("/")
    open_sample(page)
    settled(page)
    run_with_the_sample_file(page)
    expect(node(page, "chart").get_by_text("Done")).to_be_visible(timeout=SLOW)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=SLOW)
    settled(page)
    camera.keep("designer")


def saga(camera: Camera, rest: Rest, shop: Shop) -> None:
    """An order that cannot be shipped: drawn, undone while one looks, and forked."""
    page = camera.page
    workflow = rest.publish("Fulfil an order", workflows.order(shop.url))
    camera.open(f"/workflows/{workflow['id']}")
    expect(node(page, "reserve")).to_be_visible(timeout=SLOW)
    settled(page)
    node(page, "refund").click()
    settled(page)
    camera.keep("saga")
    shop.out_of_order, shop.delay_s = {"ship"}, 1.5
    run = rest.start(workflow)
    open_run(page, camera.url, run)
    expect(node(page, "release").get_by_text("Running")).to_be_visible(timeout=SLOW)
    camera.keep("undoing", pause_ms=300)
    rest.until(run, "failed")
    row(page, "ship").click()
    ask_of_run(page, "Fork")
    camera.keep("fork")


def people(camera: Camera, rest: Rest) -> None:
    """A run that waits for a decision, and the page that lists such."""
    page = camera.page
    workflow = rest.publish("Pay invoices", workflows.asking())
    run = rest.start(workflow)
    rest.until(run, "waiting")
    open_run(page, camera.url, run)
    row(page, "ask").click()
    camera.keep("waiting")
    camera.open("/approvals")
    expect(page.get_by_role("list", name="Approvals")).to_be_visible(timeout=SLOW)
    camera.keep("approvals")
    rest.post(f"runs/{run}/cancel")
    rest.until(run, "cancelled")


def triggers(camera: Camera, rest: Rest) -> None:
    """A workflow that a webhook and a schedule start."""
    page = camera.page
    workflow = rest.publish("Nightly report", workflows.waiting(1))
    where = f"workflows/{workflow['id']}/triggers"
    rest.post(where, {"kind": "webhook", "name": "Shop"})
    nightly = {"cron": "30 2 * * *", "timezone": "Europe/Berlin"}
    rest.post(where, {"kind": "cron", "name": "Every night", "config": nightly})
    camera.open(f"/{where}")
    page.get_by_role("button", name="Every night", exact=True).click()
    camera.keep("triggers")


PATIENT = {"kind": "circuit_breaker", "match": {"agent": "http-client"}, "spec": {"min_calls": 1_000}}
"""Three runs fail on purpose, and none is to wait for a breaker."""
HOSTS = (("atlas-01", "eu-west", "worker"), ("atlas-02", "eu-west", "worker"), ("borea-01", "us-east", "planner"))


@contextmanager
def more_nodes(stack: Stack) -> Iterator[None]:
    """Have some more nodes for a while."""
    started = []
    for name, region, role in HOSTS:
        place = ["--name", name, "--region", region, "--role", role, "--memory-limit", "4Gi"]
        command = [sys.executable, "manage.py", "runnode", *place]
        started.append(subprocess.Popen(command, cwd=PROJECT, env=stack.environment, stderr=subprocess.DEVNULL))
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=30)


def a_bundle() -> Path:
    """Return the zip of an example."""
    made = Path(tempfile.mkdtemp()) / "word-count.zip"
    command = [sys.executable, "-m", "agentcluster.cli", "bundle", "build", "examples/agents-python/word-count"]
    subprocess.run([*command, "-o", str(made)], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    return made


def cluster(camera: Camera, rest: Rest, shop: Shop, stack: Stack) -> None:
    """Nodes, a bundle that is approved, its agent, and what could not be done."""
    page = camera.page
    with more_nodes(stack):
        camera.open("/nodes")
        for name, *_ in HOSTS:
            expect(page.get_by_role("link", name=name)).to_be_visible(timeout=SLOW)
        camera.open("/agents/bundles")
        page.locator("input[type=file]").set_input_files(a_bundle())
        page.get_by_role("region", name="word-count.zip").get_by_role("link").click(timeout=SLOW)
        page.get_by_role("button", name="word_count.py").click()
        page.evaluate("window.scrollTo(0, 0)")
        camera.keep("bundle")
        page.get_by_role("button", name="Approve").click()
        page.get_by_label("Instances to start at once").fill("3")
        page.get_by_test_id("confirm").click()
        camera.open("/agents/word-count")
        expect(page.get_by_text("3 of 3 ready")).to_be_visible(timeout=SLOW)
        camera.keep("agent", pause_ms=6000)
        camera.open("/nodes")
        expect(page.get_by_role("link", name=re.compile("^word-count ?@")).first).to_be_visible(timeout=SLOW)
        camera.keep("nodes")
    shop.out_of_order, shop.delay_s = {"prices"}, 0
    call = {"url": f"{shop.url}/prices", "method": "POST"}
    fetch = {
        "kind": "agent",
        "id": "fetch",
        "agent": "http-client",
        "input": call,
        "retry": {"attempts": 3, "initial_s": 0.1},
    }
    nodes: list[workflows.Graph] = [{"kind": "start", "id": "start"}, fetch, {"kind": "end", "id": "end"}]
    prices = rest.publish("Fetch prices", workflows.document(nodes, ["start>fetch", "fetch>end"]))
    for _ in range(3):
        rest.until(rest.start(prices), "failed")
    camera.open("/dead-letters")
    page.get_by_role("table", name="Dead letters").get_by_role("button").first.click()
    expect(page.get_by_role("dialog").get_by_role("textbox", name="Input")).to_be_visible(timeout=SLOW)
    camera.keep("dead-letters")


def tour(stack: Stack, browser: Browser, rest: Rest, login: StorageState) -> None:
    """Take the pictures that the guide shows."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        color_scheme="light",
        storage_state=login,
    )
    camera = Camera(context.new_page(), stack.url)
    sample(camera)
    with Shop() as shop:
        saga(camera, rest, shop)
        cluster(camera, rest, shop, stack)
    people(camera, rest)
    triggers(camera, rest)
    context.close()


def main() -> None:
    """Start an installation and take all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    environment = {"HTTP_CLIENT_ALLOW": "127.0.0.1"}
    with Stack(environment=environment) as stack, stack.api() as client, sync_playwright() as playwright:
        client.put("policies/patient", json=PATIENT, headers={"If-Match": '"0"'}).raise_for_status()
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        login = logged_in(browser, stack)
        tour(stack, browser, Rest(client), login)
        browser.close()


if __name__ == "__main__":
    main()
