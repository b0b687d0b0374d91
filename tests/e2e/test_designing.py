"""Drawing with the kinds of a saga and of people: searched by other words, filled in, connected, checked."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e import workflows
from tests.e2e.hands import SLOW, node, open_a_sample_of_its_own, settled
from tests.e2e.rest import Rest
from tests.stack import Stack


def open_designer(page: Page, url: str, workflow: str) -> None:
    page.goto(f"{url}/workflows/{workflow}")
    expect(node(page, "start")).to_be_visible(timeout=SLOW)
    settled(page)


def code(page: Page, label: str) -> Locator:
    return page.get_by_role("textbox", name=label)


def test_an_approval_is_found_by_another_word_and_given_a_form(stack: Stack, page: Page, rest: Rest) -> None:
    graph = workflows.document([{"kind": "start", "id": "start"}], [])
    open_designer(page, stack.url, rest.draw("Ask", graph)["id"])
    node(page, "start").click()
    palette = page.get_by_role("complementary", name="Steps to add")
    search = palette.get_by_role("textbox", name="Search steps and agents")
    search.fill("saga")
    expect(palette.get_by_role("button", name=re.compile("^Undo step"))).to_be_visible()
    search.fill("human")
    palette.get_by_role("button", name=re.compile("^Approval")).click()
    expect(node(page, "approval")).to_be_visible()
    code(page, "Question").fill("Send it?")
    page.get_by_placeholder("User names").fill("adm")
    page.get_by_role("option", name="admin").click()
    page.get_by_role("button", name="Add a field").click()
    page.get_by_role("textbox", name="Name").last.fill("weight")
    page.get_by_role("textbox", name="Label of weight").fill("Weight in kg")
    page.get_by_label("Type of weight").first.click()
    page.get_by_role("option", name="Number", exact=True).click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=SLOW)
    page.reload()
    settled(page)
    node(page, "approval").click()
    expect(page.get_by_role("textbox", name="Label of weight")).to_have_value("Weight in kg")
    expect(node(page, "approval")).to_contain_text("Asks admin")


def test_a_step_is_given_another_that_undoes_it(stack: Stack, page: Page, rest: Rest) -> None:
    reserve = {"kind": "transform", "id": "reserve", "title": "Reserve", "output": {"room": 1}}
    release = {"kind": "transform", "id": "release", "title": "Release", "output": 1, "position": {"x": 280, "y": 220}}
    graph = workflows.document([{"kind": "start", "id": "start"}, reserve, release], ["start>reserve"])
    made = rest.draw("Undo", graph)
    open_designer(page, stack.url, made["id"])
    node(page, "reserve").hover()
    start = node(page, "reserve").locator('.react-flow__handle[data-handleid="compensate"]').bounding_box()
    end = node(page, "release").bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 30, end["y"] - 40, steps=6)
    page.mouse.move(end["x"] + 40, end["y"] + 20, steps=6)
    page.mouse.up()
    expect(node(page, "release")).to_contain_text("undoes Reserve")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=SLOW)
    page.reload()
    expect(node(page, "release")).to_contain_text("undoes Reserve", timeout=SLOW)
    edges = rest.get(f"workflows/{made['id']}")["draft"]["graph"]["edges"]
    assert {"source": "reserve", "target": "release", "port": "compensate"} in edges


def test_what_holds_for_all_runs_is_set_and_kept(stack: Stack, page: Page, rest: Rest) -> None:
    made = rest.draw("Limit", workflows.waiting())
    open_designer(page, stack.url, made["id"])
    page.get_by_role("button", name="Workflow settings").click()
    page.get_by_role("switch", name="Limit runs at the same time").check()
    code(page, "Counted for each").fill("input.customer")
    page.get_by_label("When the limit is reached").first.click()
    page.get_by_role("option", name="Refuse the start").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=SLOW)
    page.reload()
    expect(node(page, "start")).to_be_visible(timeout=SLOW)
    kept = rest.get(f"workflows/{made['id']}")["draft"]["graph"]["settings"]["concurrency"]
    assert (kept["limit"], kept["full"]) == (1, "reject")
    assert "input.customer" in kept["key"]


def test_a_problem_leads_to_its_field(stack: Stack, page: Page, rest: Rest) -> None:
    graph = workflows.signalled()
    graph["nodes"][1]["name"] = ""
    open_designer(page, stack.url, rest.draw("Wrong", graph)["id"])
    page.get_by_role("button", name=re.compile("problem")).first.click()
    problems = page.get_by_role("region", name="Problems")
    problems.get_by_role("button", name=re.compile("Name the signal")).click()
    field = page.get_by_role("textbox", name="Signal", exact=True)
    expect(field).to_be_focused()
    expect(page.get_by_text(re.compile("^Name the signal")).first).to_be_visible()
    field.fill("paid")
    expect(problems).to_be_hidden(timeout=SLOW)


def test_on_a_phone_run_is_in_sight_and_a_form_can_be_closed(stack: Stack, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    open_a_sample_of_its_own(page, stack.url)
    settled(page)
    expect(page.get_by_role("button", name="Run", exact=True).first).to_be_in_viewport(ratio=1)
    node(page, "chart").click()
    form = page.get_by_role("complementary", name="Settings of the step")
    close = form.get_by_role("button", name="Close")
    expect(close).to_be_in_viewport(ratio=1)
    close.click()
    expect(form).to_be_hidden()
