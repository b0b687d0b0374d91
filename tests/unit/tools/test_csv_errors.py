"""What csv-parse says of files that are broken, and what a large one costs."""

import json
import subprocess
import sys

import pytest

from tests.unit.tools.calls import DATA, call, refuse, upload


def test_a_ragged_row_is_named_by_its_line() -> None:
    error = refuse("csv-parse", file=upload(DATA / "sales_broken.csv"))
    assert (error.code, error.field) == ("csv_ragged_row", "/file")
    assert error.message.startswith("Line 5 has 4 fields where the header has 5: '2026-07-02, East, Gel pen set, 12'.")
    assert error.data == {"line": 5, "expected": 5, "found": 4}


def test_lines_are_counted_from_the_top_of_the_file() -> None:
    text = "some title\nsep=;\n"
    assert refuse("csv-parse", file=upload(f"{text}a;b\n1;2\n1;2;3\n".encode()), skip_rows=1).data["line"] == 5
    text = "".join(f"{n},x\n" for n in range(300_000))
    error = refuse("csv-parse", file=upload(f"a,b\n{text}1,2,3\n".encode()))
    assert error.data["line"] == 300_002


def test_ragged_rows_can_be_skipped() -> None:
    output = call("csv-parse", file=upload(DATA / "sales_broken.csv"), ragged_rows="skip")
    assert output["table"]["row_count"] == 3
    assert output["warnings"] == ["Skipped rows with a wrong number of fields: 1."]


def test_a_quote_never_closed_is_named_by_its_line() -> None:
    error = refuse("csv-parse", file=upload(DATA / "sales_unclosed_quote.csv"))
    assert (error.code, error.message) == (
        "csv_unclosed_quote",
        "The quote opened in the row at line 2 is never closed.",
    )


def test_a_quote_inside_a_word_is_no_error() -> None:
    output = call("csv-parse", file=upload(b'size,n\n5" disk,1\n3" disk,2\n8" disk,3\n'))
    assert output["table"]["preview"][0] == ['5" disk', 1]


@pytest.mark.parametrize("data", [b"", b"\n\n\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file(data: bytes) -> None:
    assert refuse("csv-parse", file=upload(data)).code == "csv_empty"


def test_a_binary_file() -> None:
    error = refuse("csv-parse", file=upload(b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0", "sales.xlsx"))
    assert (error.code, error.field) == ("csv_binary", "/file")


def test_a_wrong_encoding_shows_where() -> None:
    error = refuse("csv-parse", file=upload("name,n\nJosé,1\n".encode("latin-1")), encoding="utf-8")
    assert (error.code, error.field) == ("csv_encoding", "/encoding")
    assert "not utf-8 (near 'name,n José,1')" in error.message
    assert refuse("csv-parse", file=upload(b"a,b\n1,2,\n"), encoding="utf-16").code == "csv_encoding"


def test_too_many_columns() -> None:
    assert refuse("csv-parse", file=upload(",".join(map(str, range(3000))).encode())).code == "csv_too_wide"


LARGE = """
import json, resource, sys
from agentcluster import artifacts
from agents.tools import CallContext
from agents.tools.csv_parse.run import run

def source():
    yield b"id,day,name,amount,note\\n"
    block = "".join(
        f'{i},2026-{i % 12 + 1:02d}-{i % 28 + 1:02d},Customer {i % 997},"{i * 37 % 1000000 / 100:,.2f}","a, note {i % 13}"\\n'
        for i in range(20000)
    ).encode()
    for _ in range(105_000_000 // len(block)):
        yield block

ref = artifacts.put_stream(source(), "text/csv", "large.csv")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
table = run({"file": ref.to_value()}, CallContext())["table"]
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
measured = {"size": ref.size, "grown_mib": (after - before) / 1024, "rows": table["row_count"]}
print(json.dumps({**measured, "columns": table["columns"]}))
"""


def test_a_file_of_100_mb_is_never_held_whole(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTCLUSTER_HOME", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "agentcluster.settings")
    done = subprocess.run(
        [sys.executable, "-c", LARGE], capture_output=True, text=True, check=False, cwd=DATA.parents[1]
    )
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert measured["size"] > 100_000_000
    assert measured["rows"] > 1_500_000
    assert {column["name"]: column["type"] for column in measured["columns"]} == {
        **{"id": "integer", "day": "date", "name": "string", "amount": "number", "note": "string"},
    }
    # Well below the 100 MB file plus the table made of it, which would be some 250 MiB more.
    assert measured["grown_mib"] < 320
