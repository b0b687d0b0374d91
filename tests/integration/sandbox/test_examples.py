"""The example bundles, from their folders into real sandboxes."""

from pathlib import Path

import pytest

from agentcluster import artifacts
from agentcluster.cli.bundle_folder import build
from agentcluster.up.config import PROJECT
from tests.sandbox.bundles import Bundle
from tests.sandbox.host import Host

EXAMPLES = PROJECT / "examples" / "agents-python"
SALES = "region,amount,note\nnorth,10,\nsouth,30,late\nnorth,20.5,\n"


def example(name: str) -> Bundle:
    data, found = build(EXAMPLES / name, None)
    assert found.ok, [check for check in found.checks if not check.ok]
    return Bundle.of_zip(data)


def test_every_example_is_listed() -> None:
    listed = (EXAMPLES / "README.md").read_text()
    assert [folder.name for folder in EXAMPLES.iterdir() if folder.is_dir() and f"[{folder.name}]" not in listed] == []


async def test_words_are_counted(host: Host) -> None:
    await host.add(example("word-count"))
    reply = await host.call("word-count", {"text": "To be, or not to be: 分析", "top": 2}, version="1.0.0")
    assert reply.output == {
        "words": 8,
        "different": 6,
        "characters": 23,
        "most_common": [{"word": "to", "times": 2}, {"word": "be", "times": 2}],
    }
    refused = await host.call("word-count", {"text": "..."}, version="1.0.0")
    assert refused.error is not None
    assert (refused.error.code, refused.error.field) == ("no_words", "/text")
    wrong = await host.call("word-count", {"text": "x", "top": 0}, version="1.0.0")
    assert wrong.error is not None
    assert (wrong.error.code, wrong.error.field) == ("invalid_input", "/top")


async def test_a_csv_file_is_profiled(host: Host) -> None:
    await host.add(example("csv-profile"))
    file = artifacts.put_bytes(SALES.encode(), "text/csv", "sales.csv")
    reply = await host.call("csv-profile", {"file": file.to_value()}, version="1.0.0")
    assert reply.error is None
    assert reply.output["rows"] == 3
    region, amount, note = reply.output["columns"]
    assert (region["kind"], region["most_common"], region["missing"]) == ("text", "north", 0)
    assert (amount["kind"], amount["minimum"], amount["maximum"]) == ("number", 10, 30)
    assert (note["filled"], note["missing"]) == (1, 2)
    report = artifacts.ArtifactRef.from_value(reply.output["report"])
    assert (report.name, report.media_type) == ("sales.csv.md", "text/markdown")
    assert "3 rows, 3 columns" in artifacts.read_bytes(report).decode()
    assert [*(host.folder / "instances").rglob("files/*")] == []


@pytest.mark.parametrize(("data", "code"), [(b"", "no_columns"), (b"a,b\n\xff\xfe", "not_csv")])
async def test_what_is_no_csv_file_is_refused(host: Host, data: bytes, code: str) -> None:
    await host.add(example("csv-profile"))
    file = artifacts.put_bytes(data, "text/csv", "x.csv")
    reply = await host.call("csv-profile", {"file": file.to_value()}, version="1.0.0")
    assert reply.error is not None
    assert (reply.error.code, reply.error.field) == (code, "/file")


async def test_invoices_are_written_once(host: Host) -> None:
    await host.add(example("invoice-batch"))
    orders = {"orders": [{"customer": "A", "cents": 100}, {"customer": "B", "cents": 250}], "pause_ms": 100}
    first = await host.call("invoice-batch", orders, call_id="run/1/1", key="run/1", version="1.0.0")
    assert first.error is None
    assert [each["new"] for each in first.output["invoices"]] == [True, True]
    assert first.output["total_cents"] == 350
    again = await host.call("invoice-batch", orders, call_id="run/1/2", key="run/1", version="1.0.0")
    assert [(each["number"], each["new"]) for each in again.output["invoices"]] == [(1, False), (2, False)]
    changed = {"orders": [{"customer": "A", "cents": 999}]}
    refused = await host.call("invoice-batch", changed, call_id="run/1/3", key="run/1", version="1.0.0")
    assert refused.error is not None
    assert refused.error.code == "order_changed"
    other = await host.call("invoice-batch", orders, call_id="run/2/1", key="run/2", version="1.0.0")
    assert [each["number"] for each in other.output["invoices"]] == [3, 4]
    assert "[run/1/1] written invoices=2 new=2" in host.said("invoice-batch", "stderr")


async def test_progress_reaches_whoever_asks(host: Host) -> None:
    await host.add(example("invoice-batch"))
    orders = {"orders": [{"customer": "A", "cents": 100}] * 20, "pause_ms": 100}
    call_id = host.caller.send("invoice-batch", orders, version="1.0.0")
    seen = await host.progress("invoice-batch", call_id)
    assert seen["of"] == 20
    assert 1 <= seen["written"] <= 20
    host.caller.control("invoice-batch", "cancel", call_id)
    cancelled = await host.caller.final(call_id)
    assert cancelled.error is not None
    assert cancelled.error.code == "cancelled"
    assert host.runners["invoice-batch"].state.restarts == 0


async def test_state_lives_as_long_as_the_process(host: Host) -> None:
    await host.add(example("moving-average"))

    async def add(value: float, series: str = "s") -> dict:
        return (await host.call("moving-average", {"series": series, "value": value}, version="1.0.0")).output

    assert await add(1) == {"mean": 1.0, "readings": 1, "trend": "flat"}
    assert await add(3) == {"mean": 2.0, "readings": 2, "trend": "up"}
    assert (await add(9, "other"))["readings"] == 1


def test_they_can_be_tested_as_functions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from agentcluster.sdk import Context, File

    for name in ("word-count", "csv-profile"):
        monkeypatch.syspath_prepend(str(EXAMPLES / name))
    from csv_profile import profile

    path = tmp_path / "sales.csv"
    path.write_text(SALES)
    result = profile(file=File.of(path), context=Context(seconds=5))
    assert (result.rows, result.report.name) == (3, "sales.csv.md")
    assert "| amount | number |" in result.report.read_text()
