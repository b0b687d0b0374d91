"""The page in Chinese: chosen in the settings, kept on the login page, and a run seen through in it."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.hands import SLOW, node, open_a_sample_of_its_own
from tests.stack import Stack

ENGLISH = re.compile(r"\b(Run|Runs|Done|Settings|Saved|Publish|Agents|Workflows|Cancel|Failed|Steps?|Input|Output)\b")


def choose(page: Page, stack: Stack, label: str, language: str) -> None:
    page.goto(f"{stack.url}/settings")
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=language).click()


def left_in_english(page: Page) -> list[str]:
    """Return the page's own English words that stand alone in a button, tab or label."""
    spoken = page.locator("button:visible, [role=tab]:visible, label:visible, h1:visible, h2:visible").all_inner_texts()
    return [text for text in spoken if ENGLISH.fullmatch(text.strip())]


def test_choose_chinese_and_see_a_run_through(stack: Stack, page: Page) -> None:
    choose(page, stack, "Language", "简体中文")
    expect(page.get_by_role("link", name="工作流")).to_be_visible(timeout=SLOW)
    assert page.locator("html").get_attribute("lang") == "zh-Hans"

    open_a_sample_of_its_own(page, stack.url)
    assert left_in_english(page) == []
    page.get_by_role("button", name="运行", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="使用示例数据").click()
    dialog.get_by_role("button", name="运行", exact=True).click()
    expect(dialog).to_be_hidden()
    for step in ("read", "parse", "prepare", "chart"):
        expect(node(page, step).get_by_text("已完成")).to_be_visible(timeout=SLOW)
    assert left_in_english(page) == []

    page.get_by_role("link", name="运行", exact=True).click()
    expect(page.get_by_text("已完成").first).to_be_visible(timeout=SLOW)
    # Left first: what a page asks without a session would send it to the login by itself, at the same time.
    page.goto("about:blank")
    page.context.clear_cookies(name="sessionid")
    page.goto(f"{stack.url}/login/")
    expect(page.get_by_role("button", name="登录")).to_be_visible()


def test_back_to_english_by_the_command_palette(stack: Stack, page: Page) -> None:
    page.context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": stack.url}])
    page.goto(f"{stack.url}/runs")
    expect(page.get_by_role("button", name="搜索与命令")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="搜索与命令").click()
    page.get_by_placeholder("搜索工作流、智能体、运行或命令…").fill("english")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Search and commands")).to_be_visible(timeout=SLOW)


def test_a_chinese_browser_gets_chinese_from_the_start(stack: Stack, page: Page) -> None:
    browser = page.context.browser
    assert browser is not None
    with browser.new_context(locale="zh-CN") as context:
        fresh = context.new_page()
        fresh.goto(f"{stack.url}/login/")
        expect(fresh.get_by_label("用户名")).to_be_visible()
        fresh.goto(stack.login_link())
        expect(fresh.get_by_role("link", name="首页")).to_be_visible(timeout=SLOW)
