"""The samples: the data is what its script makes, the templates are sound, and the sales chain draws its chart."""

from pathlib import Path
from typing import Any

import pytest

from agents.domain.schema_check import check
from designer.domain.catalogue import WorkflowEntry, Workflows, WorkflowVersionEntry
from designer.domain.graph import AgentNode, StartNode
from designer.domain.validate import AgentEntry, validate
from designer.samples import Template, UnknownTemplateError, sample_file, template, templates
from designer.samples.analyse_sales import make_sales
from tests.data import make_variants
from tests.unit.tools.calls import DATA, MANIFESTS, call, refuse, types, upload

CATALOGUE = {
    name: AgentEntry(
        name, manifest.version, {manifest.version: manifest.intent}, capabilities=frozenset(manifest.capabilities)
    )
    for name, manifest in MANIFESTS.items()
}
SALES = sample_file("analyse-sales", "sales_q3.csv")


def filled(value: Any, steps: dict[str, Any]) -> Any:
    """The input with ``${ steps.a.b }`` and ``${ input.file }`` replaced, enough for the sales chain."""
    if isinstance(value, str) and value.startswith("${"):
        found: Any = steps
        for part in value.strip("${ }").removeprefix("steps.").split("."):
            found = found[part]
        return found
    return {name: filled(each, steps) for name, each in value.items()} if isinstance(value, dict) else value


def analyse(file: Path) -> dict[str, Any]:
    steps: dict[str, Any] = {"input": {"file": upload(file)}}
    for node in template("analyse-sales").graph.nodes:
        if isinstance(node, AgentNode):
            steps[node.id] = call(node.agent, **filled(node.input, steps))
    return steps


def needed(each: Template) -> Workflows:
    """The workflows that a template runs, as if they were published."""
    found = {}
    for name in each.needs:
        start = next(node for node in template(name).graph.nodes if isinstance(node, StartNode))
        found[name] = WorkflowEntry(name, {1: WorkflowVersionEntry("1", start.schema)})
    return found


def test_the_sample_is_what_its_script_makes() -> None:
    assert SALES.read_text(encoding="utf-8") == make_sales.as_csv()
    assert (DATA / "sales_latin1.csv").read_bytes() == make_variants.german()
    assert (DATA / "sales_gbk.csv").read_bytes() == make_variants.chinese()


@pytest.mark.parametrize("each", templates(), ids=lambda each: each.name)
def test_templates_can_run_as_they_are(each: Template) -> None:
    assert validate(each.graph, CATALOGUE, needed(each)) == []
    assert each.title
    assert each.description
    start = next(node for node in each.graph.nodes if node.id == "start")
    given = dict(each.sample_input)
    for name, value in given.items():
        if isinstance(value, dict) and "sample" in value:
            given[name] = upload(sample_file(each.name, value["sample"]))
    assert check(start.schema, given) == []


def test_unknown_templates_and_files_are_named() -> None:
    with pytest.raises(UnknownTemplateError, match="there are analyse-sales"):
        template("analyze-sales")
    for file in ("template.json", "../template.json", "/etc/passwd"):
        with pytest.raises(UnknownTemplateError):
            sample_file("analyse-sales", file)


def test_the_sales_chain_draws_the_trend() -> None:
    steps = analyse(SALES)
    parsed = steps["parse"]
    assert (parsed["table"]["row_count"], parsed["warnings"]) == (3298, [])
    assert types(parsed["table"]) == {
        **{"date": "date", "region": "string", "product": "string", "channel": "string"},
        **{"units": "integer", "unit_price": "number", "discount": "number"},
    }
    weekly = steps["prepare"]["table"]
    assert types(weekly) == {"date": "date", "region": "string", "revenue": "number", "units": "integer"}
    assert weekly["row_count"] == 12 * 5
    figure = steps["chart"]["chart"]["figure"]
    assert [trace["name"] for trace in figure["data"]] == ["Central", "East", "North", "South", "West"]
    north = figure["data"][2]["y"]
    assert north[-1] > 1.5 * north[0]
    assert steps["chart"]["chart"]["png"] is None
    assert steps["chart"]["warnings"] == []


@pytest.mark.parametrize(
    ("file", "regions"),
    [
        ("sales_latin1.csv", ["Mitte", "Nord", "Ost", "Süd", "West"]),
        ("sales_gbk.csv", ["华东", "华中", "华北", "华南", "西部"]),
    ],
)
def test_the_same_chain_takes_the_files_of_other_lands(file: str, regions: list[str]) -> None:
    steps = analyse(DATA / file)
    assert [trace["name"] for trace in steps["chart"]["chart"]["figure"]["data"]] == regions
    assert steps["prepare"]["table"]["row_count"] == 60


def test_a_broken_file_stops_at_the_right_step() -> None:
    read = call("file-reader", file=upload(DATA / "sales_broken.csv"))
    assert refuse("csv-parse", file=read["file"]).code == "csv_ragged_row"
