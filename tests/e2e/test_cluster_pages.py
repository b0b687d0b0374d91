"""The pages of the cluster: nodes, agents, bundles, dead letters."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from agentcluster.up.config import PROJECT
from tests.e2e import workflows
from tests.e2e.hands import SLOW
from tests.e2e.rest import Rest
from tests.e2e.shop import Shop
from tests.e2e.test_accessibility import violations
from tests.stack import Stack

EXAMPLE = PROJECT / "examples" / "agents-python" / "word-count"


@pytest.fixture(scope="module")
def good_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle that passes every check."""
    made = tmp_path_factory.mktemp("bundles") / "word-count.zip"
    command = [sys.executable, "-m", "agentcluster.cli", "bundle", "build", str(EXAMPLE), "-o", str(made)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, timeout=60)
    return made


@pytest.fixture(scope="module")
def hostile_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle with a path that leads out of it."""
    made = tmp_path_factory.mktemp("bundles") / "hostile.zip"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("agent.yaml", "name: hostile\nversion: 1.0.0\n")
        archive.writestr("../../etc/passwd", "root")
    return made


@pytest.fixture
def reader(stack: Stack, browser: Browser) -> Page:
    """A window of somebody who may look at the cluster, and no more."""
    make = "from django.contrib.auth.models import User; User.objects.get_or_create(username='reader')"
    stack.manage("shell", "-c", make)
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(stack.login_link("reader"))
    page.wait_for_url(f"{stack.url}/")
    return page


def test_the_map_shows_the_node_and_what_it_hosts(stack: Stack, page: Page) -> None:
    page.get_by_role("link", name="Nodes").click()
    card = page.locator("article", has=page.get_by_role("link", name="local", exact=True))
    expect(card.get_by_text("Active")).to_be_visible(timeout=SLOW)
    expect(card.get_by_role("link", name=re.compile("^csv-parse ?@1"))).to_be_visible()
    page.get_by_role("combobox", name="Agent").click()
    page.get_by_role("option", name="csv-parse").click()
    expect(page).to_have_url(re.compile("agent=csv-parse"))
    page.get_by_label("Search nodes").fill("no such node")
    expect(page.get_by_text("No node matches")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    page.get_by_text("List", exact=True).click()
    page.reload()
    expect(page.get_by_role("table", name="Nodes").get_by_role("link", name="local")).to_be_visible(timeout=SLOW)
    page.get_by_role("table", name="Nodes").get_by_role("link", name="local").click()
    expect(page.get_by_role("heading", name="local")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Load over the last minutes"))).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    dialog = page.get_by_role("dialog", name="Stop local?")
    expect(dialog).to_contain_text("its process ends")
    dialog.get_by_role("button", name="Cancel").click()


def test_a_node_is_drained_and_works_again(stack: Stack, page: Page) -> None:
    page.goto(f"{stack.url}/nodes/local")
    page.get_by_role("button", name="Drain").click()
    page.get_by_role("dialog").get_by_role("button", name="Drain").click()
    expect(page.get_by_text("Draining", exact=True)).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Draining", exact=True)).to_be_hidden(timeout=SLOW)


def test_what_is_known_is_kept_apart_from_zero_while_nats_is_away(stack: Stack, page: Page) -> None:
    page.goto(f"{stack.url}/nodes")
    expect(page.get_by_role("link", name="local", exact=True)).to_be_visible(timeout=SLOW)
    stack.kill("nats")
    try:
        expect(page.get_by_role("alert")).to_contain_text("The live state is unknown", timeout=SLOW)
        expect(page.get_by_text("No node is running")).to_be_hidden()
    finally:
        stack.start_process("nats")
    expect(page.get_by_role("alert")).to_be_hidden(timeout=SLOW)
    expect(page.get_by_role("link", name="local", exact=True)).to_be_visible(timeout=SLOW)


def test_a_bundle_is_refused_another_checked_approved_and_run(
    stack: Stack, page: Page, good_zip: Path, hostile_zip: Path
) -> None:
    page.goto(f"{stack.url}/agents")
    page.get_by_role("link", name="Bundles").click()
    page.wait_for_url("**/agents/bundles")
    # The list has come: before that the page may still put its parts in place, faster than anybody drops a file.
    page.wait_for_load_state("networkidle")
    page.locator("input[type=file]").set_input_files(hostile_zip)
    refused = page.get_by_role("region", name="hostile.zip")
    expect(refused.get_by_role("alert")).to_contain_text("refused", timeout=SLOW)
    expect(refused.get_by_role("listitem").filter(has_text="../../etc/passwd")).to_contain_text("Paths")
    page.locator("input[type=file]").set_input_files(good_zip)
    taken = page.get_by_role("region", name="word-count.zip")
    expect(taken.get_by_role("status")).to_contain_text("It waits for approval", timeout=SLOW)
    assert violations(page, "bundles") == []
    taken.get_by_role("link", name="word-count@1.0.0").click()
    page.get_by_role("button", name="word_count.py").click()
    expect(page.get_by_role("region", name="word_count.py")).to_contain_text("Counts words")
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("dialog").get_by_label("Note").fill("Read and understood")
    page.get_by_test_id("confirm").click()
    expect(page.locator("#topbar").get_by_text("Approved", exact=True)).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("list", name="History")).to_contain_text("Read and understood")
    page.get_by_role("link", name="Agent word-count").click()
    versions = page.get_by_role("table", name="Versions")
    expect(versions).to_contain_text("1 of 1 ready", timeout=SLOW)
    page.get_by_role("button", name=re.compile("^Show the log of word-count")).first.click()
    expect(page.get_by_role("log", name="Log lines")).to_contain_text("started in", timeout=SLOW)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="What to do with 1.0.0").click()
    page.get_by_role("menuitem", name="Take out of service").click()
    page.get_by_test_id("confirm").click()
    expect(versions).to_contain_text("0 of 0 ready", timeout=SLOW)


def test_dead_letters_are_found_changed_and_sent_again(stack: Stack, page: Page, rest: Rest, shop: Shop) -> None:
    page.get_by_role("link", name="Dead letters").click()
    expect(page.get_by_text("No dead letters")).to_be_visible(timeout=SLOW)
    shop.out_of_order.add("prices")
    call = {"url": f"{shop.url}/prices", "method": "POST"}
    retry = {"attempts": 3, "initial_s": 0.1}
    fetch = {"kind": "agent", "id": "fetch", "agent": "http-client", "input": call, "retry": retry}
    nodes: list[workflows.Graph] = [{"kind": "start", "id": "start"}, fetch, {"kind": "end", "id": "end"}]
    graph = workflows.document(nodes, ["start>fetch", "fetch>end"])
    run = rest.start(rest.publish("Prices", graph))
    rest.until(run, "failed")
    expect(page.get_by_role("list", name="Dead letters by agent")).to_contain_text("http-client", timeout=SLOW)
    letters = page.get_by_role("table", name="Dead letters")
    expect(letters.get_by_role("link", name="Prices")).to_have_attribute("href", f"/runs/{run}?step=fetch")
    assert violations(page, "dead letters") == []
    letters.get_by_role("button").first.click()
    drawer = page.get_by_role("dialog", name="Dead letter of http-client")
    editor = drawer.get_by_role("textbox", name="Input")
    editor.fill('{"url": 5}')
    expect(drawer.get_by_role("alert")).to_contain_text("/url must be string")
    expect(drawer.get_by_role("button", name="Send again")).to_have_attribute("aria-disabled", "true")
    editor.fill(f'{{"url": "{shop.url}/stock", "method": "POST"}}')
    drawer.get_by_role("button", name="Send again with the changed input").click()
    expect(letters).to_contain_text("Sent again", timeout=SLOW)
    assert "stock" in shop.book


def test_a_reader_sees_why_buttons_are_off(stack: Stack, reader: Page) -> None:
    reader.goto(f"{stack.url}/nodes/local")
    drain = reader.get_by_role("button", name="Drain")
    expect(drain).to_have_attribute("aria-disabled", "true", timeout=SLOW)
    drain.hover()
    expect(reader.get_by_role("tooltip")).to_contain_text("Only staff may change the cluster")
    drain.click(force=True)
    expect(reader.get_by_role("dialog")).to_be_hidden()
    reader.goto(f"{stack.url}/agents/bundles")
    expect(reader.get_by_role("button", name="Choose a file")).to_be_disabled()


def test_the_rail_holds_on_a_low_window(stack: Stack, page: Page) -> None:
    page.set_viewport_size({"width": 1200, "height": 560})
    for name in ("Home", "Dead letters", "Settings"):
        link = page.get_by_role("navigation", name="Main").get_by_role("link", name=name)
        link.scroll_into_view_if_needed()
        expect(link).to_be_in_viewport()
