"""A real Chromium in front of the whole running system."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.browser import find_chromium
from tests.stack import Stack

SHOTS = Path(__file__).parents[2] / "test-results"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = os.environ.get("CHROMIUM") or str(find_chromium())
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(stack: Stack, browser: Browser) -> Iterator[Page]:
    """A window of 1440 × 900 px, logged in by a one-time link, where an error in the page fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(stack.login_link())
    opened.wait_for_url(f"{stack.url}/")
    yield opened
    opened.screenshot(path=SHOTS / "last.png")
    context.close()
    assert errors == []
