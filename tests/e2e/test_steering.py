"""Runs that wait, and the people who steer them: pause, resume, signals, and why a run stands still."""

from playwright.sync_api import Page, expect

from tests.e2e import workflows
from tests.e2e.hands import SLOW, ask_of_run, give_reason, node, open_run, row
from tests.e2e.rest import Rest
from tests.stack import Stack


def test_a_paused_run_starts_nothing_until_it_is_resumed(stack: Stack, page: Page, rest: Rest) -> None:
    run = rest.start(rest.publish("Pause", workflows.waiting(2)))
    open_run(page, stack.url, run)
    page.get_by_role("button", name="Pause").click()
    give_reason(page, "Pause", "Lunch")
    why = page.get_by_role("status", name="Why the run does not go on")
    expect(why).to_contain_text("Paused by admin")
    expect(page.get_by_role("img", name="Paused by admin: Lunch")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Paused", exact=True).first).to_be_visible(timeout=SLOW)
    page.wait_for_timeout(2500)
    assert rest.get(f"runs/{run}")["status"] == "paused"
    page.get_by_role("button", name="Resume").click()
    give_reason(page, "Resume", "")
    expect(node(page, "end").get_by_text("Done")).to_be_visible(timeout=SLOW)
    expect(why).to_be_hidden()


def test_a_signal_is_sent_with_what_the_step_asks_for(stack: Stack, page: Page, rest: Rest) -> None:
    run = rest.start(rest.publish("Signal", workflows.signalled()))
    open_run(page, stack.url, run)
    why = page.get_by_role("status", name="Why the run does not go on")
    expect(why).to_contain_text("waits for the signal paid with key order-7")
    page.reload()
    expect(why).to_contain_text("waits for the signal paid", timeout=SLOW)
    ask_of_run(page, "Send a signal")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Key")).to_have_value("order-7")
    dialog.get_by_label("Amount").fill("120")
    dialog.get_by_role("button", name="Send signal").click()
    expect(dialog).to_be_hidden()
    expect(node(page, "end").get_by_text("Done")).to_be_visible(timeout=SLOW)
    row(page, "thank").click()
    expect(page.get_by_text("Thanks for 120").first).to_be_visible()


def test_a_run_in_the_queue_says_whose_turn_it_waits_for(stack: Stack, page: Page, rest: Rest) -> None:
    graph = workflows.waiting()
    graph["settings"] = {"concurrency": {"limit": 1}}
    workflow = rest.publish("One at a time", graph)
    first = rest.start(workflow)
    rest.until(first, "waiting")
    second = rest.start(workflow)
    rest.until(second, "queued")
    open_run(page, stack.url, second)
    why = page.get_by_role("status", name="Why the run does not go on")
    expect(why).to_contain_text("at most 1 run", timeout=SLOW)
    page.reload()
    expect(why).to_contain_text("at most 1 run", timeout=SLOW)
    rest.post(f"runs/{first}/terminate")
    expect(node(page, "rest").get_by_text("Waiting")).to_be_visible(timeout=SLOW)
    expect(why).to_contain_text("until")
