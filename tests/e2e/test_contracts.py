"""The pages of contracts: from the list to what broke one."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import workflows
from tests.e2e.hands import SLOW
from tests.e2e.rest import Rest
from tests.e2e.test_accessibility import violations
from tests.stack import Stack

NAME = "shop.orders.v1"
ID = {"name": "id", "type": "long"}
NOTE = {"name": "note", "type": "string", "default": ""}


def order(*fields: dict[str, str]) -> str:
    return json.dumps({"type": "record", "name": "Order", "fields": list(fields)}, indent=2)


@pytest.fixture
def contract(stack: Stack) -> str:
    """Register a contract with two versions."""
    with stack.api() as api:
        for schema in (order(ID), order(ID, NOTE)):
            answer = api.post(f"contracts/{NAME}/versions", json={"schema": schema, "schema_type": "AVRO"})
            assert answer.status_code in (200, 201), answer.text
    return NAME


def test_from_the_list_to_what_broke_a_contract(stack: Stack, page: Page, rest: Rest, contract: str) -> None:
    page.get_by_role("link", name="Contracts").click()
    page.get_by_label("Search contracts").fill("shop.")
    expect(page).to_have_url(re.compile("search=shop"))
    table = page.get_by_role("table", name="Contracts")
    expect(table.get_by_role("row")).to_have_count(2)
    assert violations(page, "contracts") == []
    table.get_by_role("link", name=contract).click()
    expect(page.get_by_role("heading", name=contract)).to_be_visible()
    expect(page.get_by_label("Applies to")).to_have_value(contract)

    page.get_by_role("tab", name="Changes").click()
    changes = page.get_by_role("table", name="Changes")
    expect(changes.locator("[data-change=added]").filter(has_text='"note"')).to_be_visible()
    expect(page.get_by_text("Nothing: each version reads the other's messages.")).to_be_visible()

    page.get_by_role("tab", name="Check and register").click()
    editor = page.get_by_role("textbox", name="Schema")
    editor.fill(order(ID, {"name": "customer", "type": "string"}))
    page.get_by_role("button", name="Check", exact=True).click()
    reasons = page.get_by_role("list", name="What breaks")
    expect(reasons).to_contain_text("/customer")
    expect(reasons).to_contain_text("field_without_default")
    register = page.get_by_role("button", name="Register as the next version")
    expect(register).to_have_attribute("aria-disabled", "true")
    assert violations(page, "contract check") == []

    break_it(rest, contract)
    toast = page.get_by_role("alert").filter(has_text="A message was rejected")
    expect(toast).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("link", name="Contracts 1 new rejected message")).to_be_visible()
    toast.get_by_role("link", name="Look at them").click()
    row = page.get_by_role("list", name="Rejected").get_by_role("button").filter(has_text="/id")
    row.click()
    expect(page.get_by_text('"id": "seven"')).to_be_visible()
    rail = page.get_by_role("navigation", name="Main")
    expect(rail.get_by_role("link", name="Contracts", exact=True)).to_be_visible()
    assert violations(page, "rejected messages") == []


def break_it(rest: Rest, subject: str) -> None:
    """Let a run send what does not fit."""
    payload = {"id": "${ input.id }"}
    start = {"kind": "start", "id": "start", "schema": {"type": "object", "properties": {"id": {}}}}
    tell = {"kind": "emit", "id": "tell", "input": {"subject": subject, "payload": payload}}
    nodes: list[workflows.Graph] = [start, tell, {"kind": "end", "id": "end"}]
    graph = workflows.document(nodes, ["start>tell", "tell>end"])
    rest.until(rest.start(rest.publish("Orders", graph), input={"id": "seven"}), "failed")
