"""Light and dark: what the switch says counts, whatever the system uses, and the next time too."""

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.stack import Stack

LIGHT, DARK = "rgb(246, 247, 249)", "rgb(14, 16, 20)"


def ground(page: Page, colour: str) -> None:
    """Check the colour of the page, and that fields, tables and the browser's own parts follow."""
    expect(page.locator("body")).to_have_css("background-color", colour)
    expect(page.locator(":root")).to_have_css("color-scheme", "dark" if colour == DARK else "light")


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_switch_counts(stack: Stack, page: Page, system: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=system)
    page.goto(f"{stack.url}/")
    first, second = (LIGHT, DARK) if system == "light" else (DARK, LIGHT)
    ground(page, first)
    page.get_by_role("button", name=f"Switch to {'dark' if system == 'light' else 'light'}").click()
    ground(page, second)
    page.reload()
    ground(page, second)
    page.get_by_role("link", name="Workflows").first.click()
    expect(page.get_by_role("button", name="New workflow")).to_be_visible()
    ground(page, second)
    page.emulate_media(color_scheme="light" if system == "dark" else "dark")
    ground(page, second)
