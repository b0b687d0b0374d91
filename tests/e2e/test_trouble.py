"""What a person sees when things go wrong in the middle: told why, and nothing lost."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.hands import SLOW, node, open_a_sample_of_its_own, run_with_the_sample_file
from tests.stack import Stack

DATA = Path(__file__).parents[1] / "data"


def run_with(page: Page, file: Path) -> None:
    page.get_by_role("button", name="Run", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog.get_by_text(file.name)).to_be_visible(timeout=SLOW)
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(dialog).to_be_hidden()


def test_a_run_waits_for_a_dead_node_says_so_and_goes_on_after_a_reload(stack: Stack, page: Page) -> None:
    open_a_sample_of_its_own(page, stack.url)
    stack.kill("node")
    try:
        run_with_the_sample_file(page)
        expect(page.get_by_text("No live node hosts").first).to_be_visible(timeout=SLOW)
        page.reload()
        expect(page.get_by_text("No live node hosts").first).to_be_visible(timeout=SLOW)
    finally:
        stack.start_process("node")
    for step in ("read", "parse", "prepare", "chart"):
        expect(node(page, step).get_by_text("Done")).to_be_visible(timeout=SLOW)


def test_a_page_that_lost_the_server_finds_everything_again_by_itself(stack: Stack, page: Page) -> None:
    open_a_sample_of_its_own(page, stack.url)
    stack.kill("node")
    run_with_the_sample_file(page)
    expect(page.get_by_text("No live node hosts").first).to_be_visible(timeout=SLOW)
    stack.kill("web")
    stack.start_process("node")
    stack.start_process("web")
    stack.until_ready()
    for step in ("read", "parse", "prepare", "chart"):
        expect(node(page, step).get_by_text("Done")).to_be_visible(timeout=SLOW)


def test_a_page_opened_while_the_server_is_away_loads_once_it_is_back(stack: Stack, page: Page) -> None:
    expect(page.get_by_role("button", name="Look at it first")).to_be_visible(timeout=SLOW)
    page.wait_for_load_state("networkidle")
    stack.kill("web")
    try:
        page.get_by_role("link", name="Agents").click()
        expect(page.get_by_text("This page could not be loaded")).to_be_visible(timeout=SLOW)
    finally:
        stack.start_process("web")
        stack.until_ready()
    expect(page.get_by_text("Parse CSV")).to_be_visible(timeout=SLOW)


def test_a_broken_file_turns_its_step_red_with_the_line(stack: Stack, page: Page) -> None:
    open_a_sample_of_its_own(page, stack.url)
    run_with(page, DATA / "sales_broken.csv")
    expect(node(page, "parse").get_by_text("Failed")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Line 5 has 4 fields").first).to_be_visible(timeout=SLOW)


def test_a_gbk_file_with_chinese_headers_gives_a_chart(stack: Stack, page: Page) -> None:
    open_a_sample_of_its_own(page, stack.url)
    run_with(page, DATA / "sales_gbk.csv")
    expect(node(page, "chart").get_by_text("Done")).to_be_visible(timeout=SLOW)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("华东").first).to_be_visible(timeout=SLOW)


def test_an_unknown_page_and_an_unknown_run_say_so(stack: Stack, page: Page) -> None:
    page.goto(f"{stack.url}/runs/01m8000000000000000000000z")
    expect(page.get_by_text("There is no such").first).to_be_visible(timeout=SLOW)
    page.goto(f"{stack.url}/nowhere")
    expect(page.get_by_role("link", name="Home").first).to_be_visible(timeout=SLOW)
