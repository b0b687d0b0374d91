"""An order that cannot be shipped: what was done is undone before one's eyes, the last first."""

from playwright.sync_api import Page, expect

from tests.e2e import workflows
from tests.e2e.hands import SLOW, node, open_run, row
from tests.e2e.rest import Rest
from tests.e2e.shop import Shop
from tests.stack import Stack


def test_a_failed_order_is_undone_in_reverse(stack: Stack, page: Page, rest: Rest, shop: Shop) -> None:
    workflow = rest.draw("Order", workflows.order(shop.url))
    shop.out_of_order, shop.delay_s = {"ship"}, 1.0
    page.goto(f"{stack.url}/workflows/{workflow['id']}")
    page.get_by_role("button", name="Run", exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Run", exact=True).click()
    expect(node(page, "charge").get_by_text("Running")).to_be_visible(timeout=SLOW)
    page.reload()
    expect(node(page, "ship").get_by_text("Failed")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Undoing 2 steps")).to_be_visible()
    expect(node(page, "refund").get_by_text("Running")).to_be_visible(timeout=SLOW)
    address = page.get_by_role("link", name="Open in its own page").get_attribute("href")
    page.goto(f"{stack.url}{address}")
    for step in ("charge", "reserve"):
        expect(node(page, step).get_by_text("Compensated")).to_be_visible(timeout=SLOW)
        expect(row(page, step)).to_have_attribute("data-status", "compensated")
    expect(page.get_by_text("All that had to be undone was undone.")).to_be_visible()
    expect(row(page, "release")).to_contain_text("undoes Reserve stock")
    assert shop.book == ["reserve", "charge", "ship", "refund", "release"]


def test_cancelling_undoes_what_is_done(stack: Stack, page: Page, rest: Rest, shop: Shop) -> None:
    workflow = rest.publish("Order", workflows.order(shop.url))
    shop.delay_s = 1.0
    run = rest.start(workflow)
    open_run(page, stack.url, run)
    expect(node(page, "charge").get_by_text("Running")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Cancel run").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 finished step is undone")
    dialog.get_by_label("Reason").fill("Ordered twice")
    dialog.get_by_role("button", name="Cancel run").click()
    expect(node(page, "reserve").get_by_text("Compensated")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Cancelled by admin.")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Ordered twice").first).to_be_visible()
    assert shop.book[-1] == "release"
