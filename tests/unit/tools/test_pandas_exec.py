"""pandas-exec: each operation, and what it says when it cannot."""

from typing import Any

import pytest

from agents.domain.schema_check import check
from tests.unit.tools.calls import MANIFESTS, call, refuse, table, types

SALES = """date,region,units,unit price,vip
2026-07-01,North,3,1.5,yes
2026-07-02,South,,2.5,no
2026-07-08,North,5,1.5,no
2026-07-22,,7,2,
"""


def run(*operations: dict[str, Any], data: str = SALES, **others: Any) -> dict[str, Any]:
    return call("pandas-exec", table=table(data), operations=list(operations), **others)["table"]


def rows(*operations: dict[str, Any], data: str = SALES, **others: Any) -> list[list[Any]]:
    return run(*operations, data=data, **others)["preview"]


def error(*operations: dict[str, Any], **others: Any) -> Any:
    return refuse("pandas-exec", table=table(SALES), operations=list(operations), **others)


def test_without_operations_the_table_comes_back_as_it_was() -> None:
    given = table(SALES)
    result = call("pandas-exec", table=given, operations=[])["table"]
    assert (result["columns"], result["preview"]) == (given["columns"], given["preview"])


def test_columns_are_selected_dropped_and_renamed() -> None:
    result = run(
        {"op": "select", "columns": ["units", "region", "vip"]},
        {"op": "drop", "columns": ["vip"]},
        {"op": "rename", "columns": {"units": "sold"}},
    )
    assert types(result) == {"sold": "integer", "region": "string"}
    assert "Gebiet" not in types(run({"op": "rename", "columns": {"Gebiet": "x"}, "missing": "ignore"}))
    assert error({"op": "rename", "columns": {"units": "region"}}).code == "duplicate_column"


@pytest.mark.parametrize(
    ("operator", "column", "value", "expected"),
    [
        ("==", "region", "North", 2),
        ("!=", "region", "North", 1),
        (">", "units", 3, 2),
        (">=", "units", "3", 3),
        ("<", "date", "2026-07-08", 2),
        ("in", "region", ["North", "South"], 3),
        ("not_in", "units", [3, 5], 2),
        ("contains", "region", "o", 3),
        ("starts_with", "region", "S", 1),
        ("ends_with", "region", "th", 3),
        ("is_missing", "units", None, 1),
        ("is_present", "region", None, 3),
        ("==", "vip", True, 1),
    ],
)
def test_rows_are_filtered(operator: str, column: str, value: Any, expected: int) -> None:
    operation = {"op": "filter", "column": column, "operator": operator}
    assert len(rows(operation if value is None else {**operation, "value": value})) == expected


def test_rows_are_sorted_limited_and_made_distinct() -> None:
    assert [row[2] for row in rows({"op": "sort", "by": ["units"], "descending": True})] == [7, 5, 3, None]
    assert [row[2] for row in rows({"op": "limit", "count": 1, "offset": 2})] == [5]
    assert [row[1] for row in rows({"op": "distinct", "columns": ["region"]})] == ["North", "South", None]


def test_groups_count_missing_as_a_value() -> None:
    units = {"column": "units", "function": "sum"}
    result = rows({"op": "group", "by": ["region"], "aggregate": [units, {"function": "count"}]})
    assert result == [["North", 8, 2], ["South", None, 1], [None, 7, 1]]


def test_every_function_of_groups_works() -> None:
    functions = ["sum", "mean", "median", "min", "max", "std", "count", "count_distinct", "first", "last"]
    wanted = [{"column": "units", "function": name} for name in functions]
    result = run({"op": "aggregate", "aggregate": wanted})
    assert [column["name"] for column in result["columns"]] == [f"units_{name}" for name in functions]
    assert result["preview"] == [[15, 5.0, 5.0, 3, 7, 2.0, 3, 3, 3, 7]]


def test_periods_are_named_by_their_first_day() -> None:
    units = [{"column": "units", "function": "sum"}]
    weekly = {"op": "resample", "column": "date", "every": "week", "aggregate": units}
    assert rows(weekly) == [["2026-06-29", 3], ["2026-07-06", 5], ["2026-07-20", 7]]
    assert rows({**weekly, "empty_periods": "zero"})[2] == ["2026-07-13", 0]
    assert rows({**weekly, "empty_periods": "missing"})[2] == ["2026-07-13", None]
    assert rows({**weekly, "partial_periods": "drop"}) == [["2026-07-06", 5]]
    assert rows({**weekly, "every": "month"}) == [["2026-07-01", 15]]
    assert rows({**weekly, "every": "quarter"}) == [["2026-07-01", 15]]
    assert rows({**weekly, "every": "year"}) == [["2026-01-01", 15]]
    assert rows({**weekly, "every": "day", "by": ["region"]})[0] == ["2026-07-01", "North", 3]


def test_hours_keep_their_zone() -> None:
    data = "at,n\n2026-07-01T10:20:00Z,1\n2026-07-01T10:50:00Z,2\n2026-07-01T12:00:00Z,3\n"
    hourly = {"op": "resample", "column": "at", "every": "hour", "aggregate": [{"column": "n", "function": "sum"}]}
    assert rows({**hourly, "empty_periods": "zero"}, data=data) == [
        ["2026-07-01T10:00:00+00:00", 3],
        ["2026-07-01T11:00:00+00:00", 0],
        ["2026-07-01T12:00:00+00:00", 3],
    ]
    assert rows({**hourly, "every": "quarter"}, data=data) == [["2026-07-01T00:00:00+00:00", 6]]


def test_missing_values_are_filled() -> None:
    assert [row[2] for row in rows({"op": "fill_missing", "columns": ["units"], "value": 1})] == [3, 1, 5, 7]
    assert [row[2] for row in rows({"op": "fill_missing", "method": "mean"})] == [3.0, 5.0, 5.0, 7.0]
    assert [row[1] for row in rows({"op": "fill_missing", "method": "forward"})] == ["North", "South", "North", "North"]
    assert rows({"op": "fill_missing", "method": "zero"})[3] == ["2026-07-22", None, 7, 2.0, None]
    wrong = error({"op": "fill_missing", "columns": ["units"], "value": "many"})
    assert (wrong.code, wrong.field) == ("wrong_type", "/operations/0/columns/0")


def test_types_are_changed() -> None:
    result = run(
        {"op": "cast", "columns": ["units", "vip"], "to": "string"},
        {"op": "cast", "columns": ["units"], "to": "number"},
        {"op": "cast", "columns": ["unit price"], "to": "integer", "errors": "missing"},
        {"op": "cast", "columns": ["date"], "to": "string"},
        {"op": "cast", "columns": ["date"], "to": "date"},
    )
    assert types(result) == {
        **{"date": "date", "region": "string", "units": "number", "unit price": "integer", "vip": "string"},
    }
    assert [row[3] for row in result["preview"]] == [None, None, None, 2]
    wrong = error({"op": "cast", "columns": ["region"], "to": "integer"})
    assert (wrong.code, wrong.field) == ("bad_cast", "/operations/0/columns/0")
    assert "3 values of 'region' are no integer, such as 'North'" in wrong.message


def test_tables_are_joined() -> None:
    people = table("region,manager\nNorth,Ada\nSouth,Ben\n")
    result = rows({"op": "join", "table": "people", "on": ["region"]}, tables={"people": people})
    assert [row[-1] for row in result] == ["Ada", "Ben", "Ada", None]
    inner = {"op": "join", "table": "people", "on": ["region"], "how": "inner"}
    assert len(rows(inner, tables={"people": people})) == 3
    wrong = error({"op": "join", "table": "persons", "on": ["region"]}, tables={"people": people})
    assert (wrong.code, wrong.field) == ("unknown_table", "/operations/0/table")
    other = table("units,x\nthree,1\n")
    assert error({"op": "join", "table": "t", "on": ["units"]}, tables={"t": other}).code == "wrong_type"


def test_a_join_that_would_explode_is_refused_before_it_is_made() -> None:
    many = table("k\n" + "1\n" * 5000)
    wrong = refuse(
        "pandas-exec", table=many, operations=[{"op": "join", "table": "t", "on": ["k"]}], tables={"t": many}
    )
    assert (wrong.code, wrong.data["rows"]) == ("too_many_rows", 25_000_000)


def test_tables_turn_wide_and_long() -> None:
    wide = run({"op": "pivot", "index": ["date"], "columns": "region", "values": "units"})
    assert types(wide) == {"date": "date", "North": "integer", "South": "integer", "missing": "integer"}
    keep = {"op": "select", "columns": ["date", "units", "unit price"]}
    long = run(keep, {"op": "unpivot", "keep": ["date"], "name": "what", "value": "amount"})
    assert (types(long), long["row_count"]) == ({"date": "date", "what": "string", "amount": "number"}, 8)
    assert error({"op": "unpivot", "keep": ["date"]}).code == "wrong_type"


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        ({"op": "select", "columns": ["date", "Regon"]}, "/operations/1/columns/1"),
        ({"op": "filter", "column": "Regon", "operator": "==", "value": 1}, "/operations/1/column"),
        ({"op": "derive", "column": "x", "expression": "Regon + 1"}, "/operations/1/expression"),
        ({"op": "group", "by": ["Regon"], "aggregate": [{"function": "count"}]}, "/operations/1/by/0"),
        (
            {"op": "group", "by": ["region"], "aggregate": [{"column": "Regon", "function": "sum"}]},
            "/operations/1/aggregate/0/column",
        ),
        ({"op": "sort", "by": ["Regon"]}, "/operations/1/by/0"),
        ({"op": "rename", "columns": {"Regon": "x"}}, "/operations/1/columns/Regon"),
    ],
)
def test_an_unknown_column_is_named_with_its_place_and_the_nearest(operation: dict[str, Any], field: str) -> None:
    wrong = error({"op": "limit", "count": 3}, operation)
    assert (wrong.code, wrong.field) == ("unknown_column", field)
    assert wrong.message.startswith(
        f"Operation 2 ({operation['op']}): There is no column 'Regon'; did you mean 'region'?"
    )
    assert wrong.data == {"column": "Regon", "nearest": ["region"], "operation": 1}


def test_wrong_types_are_explained() -> None:
    resample = {"op": "resample", "column": "region", "every": "week", "aggregate": [{"function": "count"}]}
    assert "'region' is text, not a date; cast it" in error(resample).message
    total = {"op": "aggregate", "aggregate": [{"column": "region", "function": "sum"}]}
    assert "'sum' needs numbers, and 'region' is text" in error(total).message
    compare = {"op": "filter", "column": "units", "operator": ">", "value": "abc"}
    assert "'abc' cannot be compared with the number column 'units'" in error(compare).message


def test_only_declared_operations_pass_the_schema() -> None:
    schema = MANIFESTS["pandas-exec"].intent.input
    bad = [{"op": "eval", "code": "1"}, {"op": "limit"}, {"op": "sort", "by": ["a"], "descnding": True}]
    found = check(schema, {"table": table(SALES), "operations": bad})
    assert [(each.pointer, each.code) for each in found] == [
        ("/operations/0/op", "enum"),
        ("/operations/1/count", "required"),
        ("/operations/2/descnding", "unknown_property"),
    ]
    assert found[2].message == "is not known here; did you mean 'descending'?"


def test_an_empty_table_goes_through_everything() -> None:
    result = run(
        {"op": "filter", "column": "units", "operator": ">", "value": 100},
        {"op": "derive", "column": "revenue", "expression": "units * `unit price`"},
        {
            **{"op": "resample", "column": "date", "every": "week", "by": ["region"], "partial_periods": "drop"},
            **{"empty_periods": "zero", "aggregate": [{"column": "revenue", "function": "sum"}]},
        },
    )
    assert (types(result), result["row_count"]) == ({"date": "date", "region": "string", "revenue": "number"}, 0)
