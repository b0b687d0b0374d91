"""Runs made from others: what was done before is not done again."""

import re

from playwright.sync_api import Page, expect

from tests.e2e import workflows
from tests.e2e.hands import SLOW, ask_of_run, give_reason, node, open_run, row
from tests.e2e.rest import Rest
from tests.e2e.shop import Shop
from tests.stack import Stack


def test_a_fork_goes_on_from_an_edited_output(stack: Stack, page: Page, rest: Rest, shop: Shop) -> None:
    run = rest.start(rest.publish("Delivery", workflows.delivery(shop.url)))
    rest.until(run, "completed")
    assert shop.book == ["pack", "send"]
    open_run(page, stack.url, run)
    row(page, "send").click()
    ask_of_run(page, "Fork")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Run again from step").first).to_have_value("Send it")
    expect(dialog).to_contain_text("1 step is taken over")
    dialog.get_by_placeholder("Change the output of a finished step").click()
    page.get_by_role("option", name="Pack it").click()
    given = dialog.get_by_label("Output of Pack it (JSON)")
    given.fill(re.sub(r'"pack": \d+', '"pack": 77', given.input_value()))
    dialog.get_by_label("Reason").fill("Wrong parcel")
    dialog.get_by_role("button", name="Fork run").click()
    page.wait_for_url(lambda url: "/runs/" in url and run not in url)
    expect(node(page, "end").get_by_text("Done")).to_be_visible(timeout=SLOW)
    page.reload()
    expect(page.get_by_role("link", name=re.compile("Forked from"))).to_be_visible(timeout=SLOW)
    expect(row(page, "pack")).to_contain_text("taken over")
    assert shop.book == ["pack", "send", "send"]
    made = page.url.rsplit("/", 1)[1].split("?")[0]
    assert rest.get(f"runs/{made}")["output"] == {"parcel": 77}


def test_a_retry_begins_where_the_run_failed(stack: Stack, page: Page, rest: Rest, shop: Shop) -> None:
    shop.out_of_order = {"send"}
    run = rest.start(rest.publish("Delivery", workflows.delivery(shop.url)))
    rest.until(run, "failed")
    open_run(page, stack.url, run)
    expect(node(page, "send").get_by_text("Failed")).to_be_visible(timeout=SLOW)
    page.reload()
    shop.out_of_order = set()
    page.get_by_role("button", name="Retry from failed").click()
    give_reason(page, "Retry from failed", "The shop is open again")
    page.wait_for_url(lambda url: "/runs/" in url and run not in url)
    expect(node(page, "end").get_by_text("Done")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("link", name=re.compile("Retry of"))).to_be_visible()
    assert shop.book == ["pack", "send", "send"]
