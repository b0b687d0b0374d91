"""Decisions: in the trace and on the page that lists what waits for one."""

import re

from playwright.sync_api import Page, expect

from tests.e2e import workflows
from tests.e2e.hands import SLOW, node, open_run
from tests.e2e.rest import Rest
from tests.stack import Stack


def test_one_is_decided_in_the_trace_another_on_the_page(stack: Stack, page: Page, rest: Rest) -> None:
    workflow = rest.publish("Invoices", workflows.asking())
    first, second = rest.start(workflow), rest.start(workflow)
    for run in (first, second):
        rest.until(run, "waiting")
    open_run(page, stack.url, first)
    badge = page.get_by_role("link", name="Approvals").get_by_text("2", exact=True)
    expect(badge).to_be_visible(timeout=SLOW)
    why = page.get_by_role("status", name="Why the run does not go on")
    expect(why).to_contain_text("waits for anybody who may run the workflow")
    page.reload()
    why.get_by_role("button", name="Manager approves").click()
    expect(page.get_by_text("Pay the invoice?")).to_be_visible()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("This is needed to approve.")).to_be_visible()
    page.get_by_label("Amount").fill("75")
    page.get_by_label("Comment").fill("Checked")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(node(page, "pay").get_by_text("Done")).to_be_visible(timeout=SLOW)
    expect(badge).to_be_hidden(timeout=SLOW)
    expect(page.get_by_role("link", name="Approvals").get_by_text("1", exact=True)).to_be_visible(timeout=SLOW)

    page.get_by_role("link", name="Approvals").click()
    waiting = page.get_by_role("list", name="Approvals").get_by_role("listitem")
    expect(waiting).to_have_count(1)
    expect(waiting).to_contain_text("Manager approves")
    page.reload()
    page.get_by_label("Comment").fill("Too dear")
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("link", name="Approvals").get_by_text(re.compile(r"^\d+$"))).to_be_hidden(timeout=SLOW)
    open_run(page, stack.url, second)
    expect(node(page, "refused").get_by_text("Done")).to_be_visible(timeout=SLOW)
    assert rest.get(f"runs/{first}")["output"] == {"paid": 75}
