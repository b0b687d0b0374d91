"""Triggers on the page: made, their secret seen once, tried, watched, switched off."""

import re
import time

import httpx
import pytest
from playwright.sync_api import Page, expect

from designer.triggers import signature
from designer.triggers.sealing import Secret
from tests.e2e.hands import SLOW
from tests.e2e.test_accessibility import violations
from tests.integration.triggers.conftest import GREETING
from tests.stack import Stack

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture
def workflow(stack: Stack) -> str:
    with stack.api() as api:
        made = api.post("workflows", json={"title": "Greeter", "graph": GREETING}).raise_for_status().json()
        publish = f"workflows/{made['id']}/publish"
        api.post(publish, json={}, headers={"If-Match": '"1"'}).raise_for_status()
        return str(made["id"])


def test_a_webhook_is_made_called_tried_and_switched_off(page: Page, stack: Stack, workflow: str) -> None:
    page.goto(f"{stack.url}/workflows/{workflow}")
    page.get_by_role("link", name="Triggers").click()
    page.get_by_role("button", name="New trigger").click()
    page.get_by_label("Name").fill("Shop")
    page.get_by_role("button", name="Create trigger").click()
    secret = page.get_by_role("textbox", name="Secret").input_value()
    page.get_by_role("button", name="I have it").click()
    url = re.search(r"http://\S+/hooks/[\w-]+", page.locator("li", has_text="Shop").inner_text())
    assert url

    body, now = b'{"name": "Ada"}', int(time.time())
    headers = {"webhook-id": "m1", "webhook-timestamp": str(now)}
    headers["webhook-signature"] = signature.sign(Secret(secret), "m1", now, body)
    assert httpx.post(url[0], content=body, headers=headers).status_code == 202
    row = page.locator("li", has_text="Shop")
    expect(row.get_by_text("1 run started")).to_be_visible(timeout=10_000)

    page.get_by_role("button", name="Actions of Shop").click()
    page.get_by_role("menuitem", name="Try").click()
    page.get_by_role("button", name="Fire").click()
    expect(page.get_by_role("alert")).to_contain_text("name")
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    page.get_by_role("button", name="Shop", exact=True).click()
    expect(page.get_by_role("cell", name="Refused")).to_be_visible()
    expect(page.get_by_role("cell", name="Started")).to_be_visible()

    assert violations(page, "triggers") == []

    page.get_by_role("link", name=re.compile("^Show the run")).click()
    expect(page.get_by_text("Hello Ada!").first).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("started by Shop")).to_be_visible()
    page.go_back()
    page.get_by_role("switch", name="Shop is on").click(force=True)
    expect(page.get_by_role("switch", name="Shop is on")).not_to_be_checked()
    now = int(time.time())
    headers |= {"webhook-id": "m2", "webhook-timestamp": str(now)}
    headers["webhook-signature"] = signature.sign(Secret(secret), "m2", now, body)
    assert httpx.post(url[0], content=body, headers=headers).status_code == 410


def test_a_schedule_shows_when_it_is_due_and_what_is_wrong_with_it(page: Page, stack: Stack, workflow: str) -> None:
    page.goto(f"{stack.url}/workflows/{workflow}/triggers")
    page.get_by_role("button", name="New trigger").click()
    page.get_by_role("radio", name="Schedule").click()
    page.get_by_label("Name").fill("Nightly")
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("listitem")).to_have_count(5)
    page.get_by_label("Cron expression").fill("99 * * * *")
    expect(drawer.get_by_role("alert")).to_contain_text("cron expression")
    page.get_by_label("Cron expression").fill("30 2 * * *")
    expect(drawer.get_by_role("listitem")).to_have_count(5)
    assert violations(page, "trigger form") == []
    page.get_by_role("button", name="Create trigger").click()
    expect(page.get_by_text("30 2 * * *")).to_be_visible()
    page.get_by_role("button", name="Actions of Nightly").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Delete trigger").click()
    expect(page.get_by_text("Start this workflow without a click")).to_be_visible()
