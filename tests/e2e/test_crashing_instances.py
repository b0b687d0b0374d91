"""An instance whose process keeps ending, on the pages of its agent and its node, and its log once it is gone."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.hands import SLOW
from tests.e2e.test_accessibility import violations
from tests.sandbox.bundles import of_code
from tests.stack import Stack

CODE = """
import os, sys, threading
from agentcluster.sdk import agent
print("the words before the end", file=sys.stderr, flush=True)
threading.Timer(0.3, os._exit, (7,)).start()

@agent(name="coded", version="1.2.0", capabilities=["test"])
async def run() -> dict[str, int]:
    return {}
"""


def test_a_crash_loop_and_its_log_are_on_the_page(stack: Stack, page: Page, tmp_path: Path) -> None:
    made = tmp_path / "coded.zip"
    made.write_bytes(of_code(CODE).data)
    for arguments in (("bundle", "push", str(made)), ("bundle", "approve", "coded@1.2.0"), ("deploy", "coded")):
        done = stack.cli(*arguments)
        assert done.returncode == 0, done.stderr
    page.goto(f"{stack.url}/agents/coded")
    table = page.get_by_role("table", name="Live instances")
    expect(table.get_by_text("Starting again")).to_be_visible(timeout=SLOW)
    expect(table.get_by_text("exit code 7")).to_be_visible(timeout=SLOW)
    assert violations(page, "crashing") == []
    page.goto(f"{stack.url}/nodes/local")
    row = page.get_by_role("row").filter(has_text="coded@1.2.0")
    expect(row.get_by_text("Starting again")).to_be_visible(timeout=SLOW)
    assert stack.cli("bundle", "quarantine", "coded@1.2.0", "-m", "It crashes").returncode == 0
    expect(row).to_be_hidden(timeout=SLOW)
    page.get_by_text(re.compile("^1 ended instance$")).click(timeout=SLOW)
    page.get_by_role("button", name=re.compile("^Show the log of coded-")).click()
    drawer = page.get_by_role("dialog", name=re.compile("^Log of coded-"))
    expect(drawer.get_by_text("the words before the end").first).to_be_visible(timeout=SLOW)
    expect(drawer.get_by_role("status")).to_contain_text("nothing more will come")
    assert violations(page, "ended") == []
