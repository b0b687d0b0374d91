"""csv-parse on files as they come."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcluster import artifacts
from agents.tools.tables import read_rows, read_table
from tests.unit.tools.calls import DATA, call, types, upload


def parse(text: str | bytes, written: str = "utf-8", **options: Any) -> Any:
    return call("csv-parse", file=upload(text if isinstance(text, bytes) else text.encode(written)), **options)


def rows(text: str | bytes, written: str = "utf-8", **options: Any) -> Any:
    return parse(text, written, **options)["table"]["preview"]


def test_a_table_is_arrow_with_a_preview() -> None:
    table = parse("region,units\nNorth,3\nSouth,\n")["table"]
    assert table["columns"] == [{"name": "region", "type": "string"}, {"name": "units", "type": "integer"}]
    assert (table["row_count"], table["preview"]) == (2, [["North", 3], ["South", None]])
    assert table["data"]["$artifact"]["media_type"] == "application/vnd.apache.arrow.file"
    assert read_table(table, "/table").schema.types == [pa.string(), pa.int64()]


def test_the_latin1_semicolon_file_reads_like_the_original() -> None:
    output = call("csv-parse", file=upload(DATA / "sales_latin1.csv"))
    assert (output["encoding"], output["delimiter"], output["warnings"]) == ("cp1252", ";", [])
    assert types(output["table"]) == {
        **{"Datum": "date", "Region": "string", "Produkt": "string", "Kanal": "string"},
        **{"Menge": "integer", "Stückpreis": "number", "Rabatt": "number"},
    }
    assert output["table"]["preview"][0] == ["2026-07-01", "Nord", "Schreibtischlampe", "Online", 5, 38.9, 0.05]


def test_the_gbk_file_reads_like_the_original() -> None:
    output = call("csv-parse", file=upload(DATA / "sales_gbk.csv"))
    assert (output["encoding"], output["delimiter"], output["warnings"]) == ("gb18030", ",", [])
    assert types(output["table"])["日期"] == "date"
    assert output["table"]["preview"][0] == ["2026-07-01", "华北", "台灯", "线上", 5, 38.9, 0.05]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_encodings_are_found(encoding: str) -> None:
    assert rows("日期,区域,数量\n2026-07-01,华东地区,3\n", encoding) == [["2026-07-01", "华东地区", 3]]


def test_a_stated_encoding_is_used() -> None:
    assert rows("имя,n\nЯ,1\n", "cp1251", encoding="cp1251") == [["Я", 1]]
    assert parse(b"\xef\xbb\xbfa\n1\n", encoding="utf-8")["table"]["columns"][0]["name"] == "a"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(delimiter: str) -> None:
    text = f"name{delimiter}note{delimiter}n\nA{delimiter}x y{delimiter}1\nB{delimiter}z{delimiter}2\n"
    output = parse(text)
    assert output["delimiter"] == delimiter
    assert output["table"]["preview"] == [["A", "x y", 1], ["B", "z", 2]]


def test_decimal_commas_do_not_make_the_comma_the_delimiter() -> None:
    assert rows("a;b\n1,5;2,25\n3,5;4,75\n") == [[1.5, 2.25], [3.5, 4.75]]


def test_quotes_hold_newlines_delimiters_and_quotes() -> None:
    text = 'a,b\n"line one\nline two, with ""quotes""",1\r\nplain,2\n'
    assert rows(text) == [['line one\nline two, with "quotes"', 1], ["plain", 2]]


def test_excel_may_say_its_separator() -> None:
    assert rows("sep=|\na|b\n1|2\n") == [[1, 2]]


@pytest.mark.parametrize("marker", ["", "NA", "n/a", "NULL", "-", "#N/A", "  "])
def test_missing_values_are_missing(marker: str) -> None:
    assert rows(f"a,b\n1,{marker}\n2,3\n") == [[1, None], [2, 3]]


def test_missing_values_can_be_named() -> None:
    assert rows("a\n1\n-999\nNA\n", missing_values=["-999", "NA"]) == [[1], [None], [None]]
    assert rows("a,b\nNA,1\n", missing_values=[]) == [["NA", 1]]


@pytest.mark.parametrize(
    ("values", "expected", "kind"),
    [
        (["1", "-2", "+3"], [1, -2, 3], "integer"),
        (["1,234", "12", "1.5"], [1234.0, 12.0, 1.5], "number"),
        (["1.234,5", "12"], [1234.5, 12.0], "number"),
        (["1 234,5", "7,25"], [1234.5, 7.25], "number"),
        (["1'234.50", "9"], [1234.5, 9.0], "number"),
        (["1,234,567", "12"], [1234567, 12], "integer"),
        (["1e3", "2.5E-1"], [1000.0, 0.25], "number"),
        ([".5", "2."], [0.5, 2.0], "number"),
        (["007", "012"], ["007", "012"], "string"),
        (["12345678901234567890", "1"], ["12345678901234567890", "1"], "string"),
        (["1-2", "3"], ["1-2", "3"], "string"),
        (["true", "FALSE", "yes"], [True, False, True], "boolean"),
        (["2026-07-01", "2026-12-31"], ["2026-07-01", "2026-12-31"], "date"),
        (["1.7.2026", "31.12.2026"], ["2026-07-01", "2026-12-31"], "date"),
        (["07/31/2026", "12/01/2026"], ["2026-07-31", "2026-12-01"], "date"),
        (["31/07/2026", "01/12/2026"], ["2026-07-31", "2026-12-01"], "date"),
        (["2026年7月1日", "2026年12月31日"], ["2026-07-01", "2026-12-31"], "date"),
        (["2026-07-01 12:30", "2026-07-02"], ["2026-07-01T12:30:00", "2026-07-02T00:00:00"], "datetime"),
        (["2026-07-01T12:30:05.25Z"], ["2026-07-01T12:30:05.250000+00:00"], "datetime"),
        (["2026-07-01T12:30:05+02:00"], ["2026-07-01T10:30:05+00:00"], "datetime"),
        (["31.02.2026", "01.03.2026"], ["31.02.2026", "01.03.2026"], "string"),
        (["2026-07-01", "soon"], ["2026-07-01", "soon"], "string"),
    ],
)
def test_types_are_found(values: list[str], expected: list[Any], kind: str) -> None:
    quoted = "\n".join(f'x;"{value}"' for value in values)
    table = parse(f"k;v\n{quoted}\n")["table"]
    assert types(table)["v"] == kind
    assert [row[1] for row in table["preview"]] == expected


def test_dates_that_can_be_read_two_ways_stay_text_and_are_named() -> None:
    output = parse("day,n\n03/04/2026,1\n05/06/2026,2\n")
    assert types(output["table"])["day"] == "string"
    assert "'day' can be read day first or month first" in output["warnings"][0]
    assert rows("day\n03/04/2026\n", date_format="DD/MM/YYYY") == [["2026-04-03"]]
    assert rows("day\n03/04/2026\n", date_format="MM/DD/YYYY") == [["2026-03-04"]]
    assert rows("day\n2026-04-03\n", date_format="none") == [["2026-04-03"]]


def test_one_column_settles_the_decimal_sign_of_the_others() -> None:
    output = parse('price;units\n"1.50";"1,200"\n"2.25";"3,400"\n')
    assert (output["table"]["preview"], output["warnings"]) == ([[1.5, 1200], [2.25, 3400]], [])


def test_numbers_that_can_be_read_two_ways_are_named() -> None:
    output = parse("a;b\n1,234;x\n")
    assert output["table"]["preview"] == [[1.234, "x"]]
    assert "'a' can be read with a decimal point or a decimal comma" in output["warnings"][0]
    assert rows("a;b\n1,234;x\n", decimal=".", thousands=",") == [[1234, "x"]]


def test_headers_are_made_unique() -> None:
    output = parse("a,a,,a\n1,2,3,4\n")
    assert [column["name"] for column in output["table"]["columns"]] == ["a", "a_2", "column_3", "a_3"]
    assert output["warnings"] == [
        "There are several columns named 'a'; column 2 is now 'a_2'.",
        "There are several columns named 'a'; column 4 is now 'a_3'.",
    ]


def test_a_delimiter_too_many_at_every_line_makes_no_column() -> None:
    assert rows("a;b;\n1;2;\n3;4;\n") == [[1, 2], [3, 4]]


def test_without_a_header_columns_are_numbered() -> None:
    table = parse("1,x\n2,y\n", header=False)["table"]
    assert types(table) == {"column_1": "integer", "column_2": "string"}
    assert table["row_count"] == 2


def test_lines_can_be_skipped_and_rows_limited() -> None:
    output = parse("Report of today\n\na,b\n1,2\n3,4\n5,6\n", skip_rows=2, max_rows=2)
    assert output["table"]["preview"] == [[1, 2], [3, 4]]


def test_blank_lines_and_old_line_ends_do_no_harm() -> None:
    assert rows("a,b\r\n1,2\r\n\r\n3,4") == [[1, 2], [3, 4]]
    assert rows("a,b\r1,2\r3,4\r") == [[1, 2], [3, 4]]


def test_a_header_alone_is_a_table_without_rows() -> None:
    table = parse("a,b\n")["table"]
    assert (types(table), table["row_count"], table["preview"]) == ({"a": "string", "b": "string"}, 0, [])


def test_many_rows_are_counted_shown_in_part_and_read_by_page() -> None:
    text = "n,word\n" + "".join(f"{n},w{n}\n" for n in range(5000))
    table = parse(text)["table"]
    assert (table["row_count"], len(table["preview"])) == (5000, 50)
    page = read_rows(artifacts.ArtifactRef.from_value(table["data"]), 4998, 10)
    assert (page["row_count"], page["rows"]) == (5000, [[4998, "w4998"], [4999, "w4999"]])


def test_a_preview_of_long_texts_stays_small() -> None:
    text = "a,b\n" + "".join(f"{'x' * 5000},{n}\n" for n in range(60))
    preview = parse(text)["table"]["preview"]
    assert len(preview[0][0]) == 201
    assert len(str(preview)) < 30_000


names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
fields = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(names, min_size=2, max_size=4, unique=True), st.data())
def test_what_python_writes_is_read_as_it_was(header: list[str], data: st.DataObject) -> None:
    import csv
    import io

    body = data.draw(st.lists(st.lists(fields, min_size=len(header), max_size=len(header)), min_size=1, max_size=6))
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([header, *([f"t{field}" for field in row] for row in body)])
    table = parse(text.getvalue(), delimiter=",", missing_values=[])["table"]
    assert [column["name"] for column in table["columns"]] == header
    assert table["preview"] == [[f"t{field}".strip() for field in row] for row in body]
