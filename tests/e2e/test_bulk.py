"""Many runs at once: counted first, then cancelled with a reason."""

from playwright.sync_api import Page, expect

from tests.e2e import workflows
from tests.e2e.hands import SLOW
from tests.e2e.rest import Rest
from tests.stack import Stack


def test_runs_are_cancelled_together_after_a_preview(stack: Stack, page: Page, rest: Rest) -> None:
    workflow = rest.publish("Bulk", workflows.waiting())
    runs = [rest.start(workflow) for _ in range(3)]
    for run in runs:
        rest.until(run, "waiting")
    rest.post(f"runs/{runs[0]}/terminate")
    rest.until(runs[0], "terminated")
    page.goto(f"{stack.url}/runs?workflow={workflow['id']}")
    page.get_by_role("checkbox", name="Select all that are shown").check()
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("button", name="Do with them").click()
    page.get_by_role("menuitem", name="Cancel").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Cancel 2 runs")).to_be_visible()
    expect(dialog).to_contain_text("1 of those chosen is left out")
    dialog.get_by_label("Reason").fill("Started by mistake")
    dialog.get_by_role("button", name="Cancel 2 runs").click()
    expect(dialog.get_by_text("2 of 2 runs done.")).to_be_visible(timeout=SLOW)
    dialog.get_by_role("button", name="Close").last.click()
    page.reload()
    expect(page.get_by_role("table").get_by_text("Cancelled", exact=True)).to_have_count(2, timeout=SLOW)
    last = rest.get(f"runs/{runs[1]}/events")["events"][-1]["event"]
    assert (last["type"], last["by"], last["reason"]) == ("run_cancelled", "admin", "Started by mistake")
