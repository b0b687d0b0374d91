"""A real Chromium in front of the whole running system."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.e2e.browser import find_chromium
from tests.e2e.hands import logged_in
from tests.e2e.rest import Rest
from tests.e2e.shop import Shop
from tests.stack import Stack

SHOTS = Path(__file__).parents[2] / "test-results"
ACTION_MS = 15_000
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = os.environ.get("CHROMIUM") or str(find_chromium())
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole system with its jobs worker, where workflows may call the tests' own shop."""
    with Stack(environment={"HTTP_CLIENT_ALLOW": "127.0.0.1"}, also=("jobs",)) as running:
        yield running


@pytest.fixture(scope="session")
def rest(stack: Stack) -> Iterator[Rest]:
    with stack.api() as client:
        yield Rest(client)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as opened:
        yield opened


@pytest.fixture(scope="session")
def login(stack: Stack, browser: Browser) -> StorageState:
    return logged_in(browser, stack)


@pytest.fixture
def page(stack: Stack, browser: Browser, login: StorageState) -> Iterator[Page]:
    """A window of 1440 × 900 px at the home page, logged in, where an error in the page fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=login)
    context.set_default_timeout(ACTION_MS)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(stack.url)
    yield opened
    opened.screenshot(path=SHOTS / "last.png")
    context.close()
    assert errors == []
