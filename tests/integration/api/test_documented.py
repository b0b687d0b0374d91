"""The commands of docs/api.md do what the document says, as they stand there."""

import json
import re
import shutil
import subprocess

import pytest

from agentcluster.up.config import PROJECT

pytestmark = pytest.mark.xdist_group("stack")
MARK = "@@@ block"


@pytest.fixture(scope="module")
def said(stack, tmp_path_factory):
    """What each command block printed, in order."""
    folder = tmp_path_factory.mktemp("documented")
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "agent-coordinator").symlink_to(PROJECT / "bin" / "agent-coordinator")
    (folder / "designer").symlink_to(PROJECT / "designer")
    blocks = re.findall(r"```sh\n(.*?)```", (PROJECT / "docs" / "api.md").read_text(), re.DOTALL)
    script = f"\necho; echo '{MARK}'\n".join(["set -eu", *blocks]).replace("http://127.0.0.1:8000", stack.url)
    shell = shutil.which("bash") or "sh"
    done = subprocess.run(
        [shell, "-c", script],
        cwd=folder,
        env=stack.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [block.strip() for block in done.stdout.split(MARK)][1:]


def test_the_token_works(said):
    assert json.loads(said[0])["username"] == "admin"


def test_the_upload_answers_a_reference(said):
    assert json.loads(said[2])["$artifact"]["name"] == "sales_q3.csv"


def test_the_run_has_an_address(said):
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/v1/runs/[0-9a-z]{26}", said[3])


def test_the_stream_tells_the_whole_run(said):
    records = [json.loads(line.removeprefix("data: ")) for line in said[4].splitlines() if line.startswith("data: ")]
    *records, end = records
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert records[0]["event"]["type"] == "run_started"
    assert records[-1]["event"]["type"] == "run_completed"
    assert end == {"status": "completed"}


def test_events_come_as_pages_too(said):
    page = json.loads(said[5])
    assert (len(page["events"]), page["cursor"], page["terminal"]) == (3, 3, False)


def test_the_table_is_read(said):
    table = json.loads(said[6])
    assert (len(table["rows"]), table["row_count"]) == (5, 60)
    assert [column["name"] for column in table["columns"]] == ["date", "region", "revenue", "units"]


def test_a_missing_input_is_told_as_documented(said):
    documented = re.search(r"```json\n(.*?)```", (PROJECT / "docs" / "api.md").read_text(), re.DOTALL)
    assert json.loads(said[7]) == json.loads(documented.group(1))


def test_a_run_says_why_it_waits(said):
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/v1/runs/[0-9a-z]{26}", said[8])
    (reason,) = json.loads(said[9].splitlines()[-1])["reasons"]
    assert (reason["code"], reason["step"]) == ("approval", "ask")


def test_it_is_approved_and_signalled(said):
    assert said[10] == "202"
    assert (json.loads(said[11])["code"], json.loads(said[11])["signals"]) == ("unknown_signal", ["paid"])
    assert said[12].startswith("202")
    assert 'data: {"status":"completed"}' in said[12]


def test_it_is_forked(said):
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/v1/runs/[0-9a-z]{26}", said[13])


def test_many_are_started_and_cancelled(said):
    batch = json.loads(said[14])
    assert (batch["accepted"], batch["refused"]) == (2, 0)
    assert json.loads(said[15]) == {"count": 2, "matching": 2}
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/v1/bulk/[0-9a-z]{26}", said[16])
