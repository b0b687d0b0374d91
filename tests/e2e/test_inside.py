"""What runs inside a step: rounds of a loop, and another workflow, in the waterfall and on the canvas."""

from playwright.sync_api import Page, expect

from tests.e2e import workflows
from tests.e2e.hands import SLOW, node, open_run, row, settled
from tests.e2e.rest import Rest
from tests.e2e.shop import Shop
from tests.stack import Stack


def test_loops_and_sub_workflows_open_up(stack: Stack, page: Page, rest: Rest, shop: Shop) -> None:
    inner = rest.publish("Greeting", workflows.greeting(shop.url))
    shop.delay_s = 1.5
    run = rest.start(rest.publish("Rounds", workflows.repeating(rest.get(f"workflows/{inner['id']}")["name"])))
    open_run(page, stack.url, run)
    expect(row(page, "rounds")).to_contain_text("3 iterations", timeout=SLOW)
    row(page, "rounds").dblclick()
    row(page, "rounds[2]").dblclick()
    expect(row(page, "rounds[2]/count")).to_contain_text("Count on")
    page.reload()
    expect(node(page, "greet")).to_be_visible(timeout=SLOW)
    settled(page)
    node(page, "greet").click()
    expect(row(page, "greet/thank")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Show the steps inside").click()
    expect(node(page, "rounds")).to_be_hidden()
    expect(node(page, "thank").get_by_text("Done")).to_be_visible(timeout=SLOW)
    settled(page)
    node(page, "thank").click()
    expect(row(page, "greet/thank")).to_have_attribute("aria-selected", "true")
    page.get_by_role("navigation", name="Which graph is shown").get_by_role("button", name="Rounds").click()
    expect(node(page, "rounds").get_by_text("Done").first).to_be_visible()
