"""``agent-coordinator`` against a running system, as somebody at a terminal uses it."""

import json
import os
import pty
import select
import signal
import subprocess
import time

import pytest

from agentcluster.up import embedded
from agentcluster.up.config import PROJECT
from tests.integration.api import graphs

pytestmark = pytest.mark.xdist_group("stack")
SALES = str(PROJECT / "designer" / "samples" / "analyse_sales" / "sales_q3.csv")


@pytest.fixture(scope="module")
def published(stack):
    """Workflows that need no agent: ``hello`` ends at once, ``slow`` goes on until it is cancelled."""
    with stack.api() as api:
        for title, graph in (("hello", graphs.greeting()), ("slow", graphs.never_answered())):
            made = api.post("workflows", json={"title": title, "name": title, "graph": graph}).json()
            answer = api.post(f"workflows/{made['id']}/publish", json={}, headers={"If-Match": '"1"'})
            assert answer.status_code == 201, answer.text


def test_the_sample_runs_without_any_set_up(stack):
    done = stack.cli("run", "--workflow", "analyse-sales", "--file", SALES)
    assert done.returncode == 0, done.stderr
    for step in ("Read the file", "Parse the CSV", "Weekly revenue by region", "Draw the trend"):
        assert f"✔ {step}  completed" in done.stdout
    assert "60 rows" in done.stdout
    assert done.stdout.rstrip().rpartition("\n")[2].startswith(f"{stack.url}/runs/")


def test_json_is_the_whole_run_and_nothing_else(stack, published):
    done = stack.cli("run", "-w", "hello", "-i", "name=Ada", "--json")
    run = json.loads(done.stdout)
    assert (done.returncode, run["status"], run["output"]) == (0, "completed", {"text": "Hello Ada!"})
    assert run["steps_done"] == run["steps_total"]
    shown = json.loads(stack.cli("runs", "show", run["id"], "--json").stdout)
    assert (shown["id"], shown["output"]) == (run["id"], run["output"])
    assert run["id"] in {row["id"] for row in json.loads(stack.cli("runs", "--json", "--limit", "5").stdout)}


def test_input_comes_from_a_file_from_pairs_and_from_standard_input(stack, published, tmp_path):
    given = tmp_path / "input.json"
    given.write_text('{"name": "Bob", "punctuation": "?"}')
    from_file = stack.cli("run", "-w", "hello", "--input-json", str(given), "-i", "name=Eve", "--json")
    assert json.loads(from_file.stdout)["output"] == {"text": "Hello Eve?"}
    piped = stack.cli("run", "-w", "hello", "--input-json", "-", "--json", input='{"name": "Zoë"}')
    assert json.loads(piped.stdout)["output"] == {"text": "Hello Zoë!"}


def test_a_failed_run_says_where_and_why(stack, tmp_path):
    broken = tmp_path / "broken.csv"
    broken.write_text("date,region\n2026-07-01,North\n2026-07-02\n")
    done = stack.cli("run", "-w", "analyse-sales", "-f", str(broken))
    assert done.returncode == 1
    assert "Failed at “" in done.stderr
    assert stack.cli("run", "-w", "analyse-sales", "-f", str(broken), "--json").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "-w", "nonsense"], "There is no workflow called nonsense."),
        (["run", "-w", "analyse-sales"], "/input/file: is required."),
        (["run", "-w", "analyse-sales", "-f", "/no/such.csv"], "/no/such.csv cannot be read"),
        (["run", "-w", "hello", "-f", SALES, "-f", SALES], "There is no input left for the file"),
        (["run", "-w", "hello", "-i", "name"], "write it as name=value"),
        (["run", "-w", "hello", "--input-json", "/no/such.json"], "/no/such.json cannot be read"),
        (["run", "-w", "hello", "-i", "name=Ada", "--version", "nine"], "--version nine"),
        (["run", "-w", "hello", "-i", "name=Ada", "--version", "9"], "has no version 9"),
        (["runs", "show", "nonsense"], "There is no such run"),
        (["runs", "--status", "exploded"], "/status"),
        (["cancel", "nonsense"], "There is no such run"),
        (["token", "create", "nobody"], "There is no user called nobody"),
        (["run"], "Say which workflow"),
        (["nonsense"], "No such command"),
    ],
)
def test_bad_input_is_told_in_a_sentence(stack, published, arguments, sentence):
    done = stack.cli(*arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_errors_are_json_when_asked(stack):
    done = stack.cli("run", "-w", "analyse-sales", "--json")
    assert done.returncode == 2
    assert json.loads(done.stderr)["errors"] == [{"field": "/input/file", "message": "is required", "code": "required"}]


def test_what_cannot_be_reached_is_named(stack):
    url = f"http://{embedded.LOOPBACK}:{embedded.free_port()}"
    done = stack.cli("runs", env={"AGENTCLUSTER_URL": url, "AGENTCLUSTER_TOKEN": "x"})
    assert done.returncode == 3
    assert f"AgentCluster at {url} cannot be reached" in done.stderr


def test_where_nothing_runs_it_says_what_to_do(stack, tmp_path):
    done = stack.cli("runs", env={"AGENTCLUSTER_HOME": str(tmp_path)})
    assert done.returncode == 3
    assert "make up" in done.stderr


def test_a_wrong_token_says_what_to_do(stack):
    done = stack.cli("runs", env={"AGENTCLUSTER_URL": stack.url, "AGENTCLUSTER_TOKEN": "agc_wrong"})
    assert done.returncode == 2
    assert "AGENTCLUSTER_TOKEN" in done.stderr


def test_a_new_token_works_from_elsewhere(stack, tmp_path):
    made = stack.cli("token", "create", "admin", "--name", "laptop", "--days", "3")
    secret = made.stdout.strip()
    assert made.returncode == 0
    assert "export AGENTCLUSTER_URL" in made.stderr
    elsewhere = {"AGENTCLUSTER_HOME": str(tmp_path), "AGENTCLUSTER_URL": stack.url, "AGENTCLUSTER_TOKEN": secret}
    assert stack.cli("workflows", env=elsewhere).returncode == 0


def test_the_cluster_is_listed(stack):
    agents = json.loads(stack.cli("agents", "--json").stdout)
    assert "csv-parse" in {agent["name"] for agent in agents}
    (node,) = json.loads(stack.cli("nodes", "--json").stdout)
    assert (node["name"], node["status"]) == ("local", "active")
    for command in ("agents", "nodes", "workflows", "runs"):
        assert stack.cli(command).returncode == 0


def test_a_login_link_leads_to_the_page(stack):
    import httpx

    link = stack.cli("login-link").stdout.strip()
    assert link.startswith(stack.url)
    assert httpx.get(link).status_code == 200


def test_a_started_run_is_left_alone_and_cancelled_later(stack, published):
    started = json.loads(stack.cli("run", "-w", "slow", "--no-watch", "--json").stdout)
    assert started["status"] == "pending"
    assert stack.cli("cancel", started["id"], "--reason", "enough").returncode == 0
    watched = stack.cli("runs", "watch", started["id"])
    assert watched.returncode == 1
    again = stack.cli("cancel", started["id"])
    assert (again.returncode, "already ended" in again.stderr) == (2, True)


# As a shell does at a terminal: what is started in the background inherits that Ctrl-C is ignored.
HEEDING_CTRL_C = ["env", "--default-signal=INT"]


class Terminal:
    """A command in a terminal of its own: what it shows can be waited for, keys can be pressed."""

    def __init__(self, stack, *arguments):
        self.shown, (self._end, child) = "", pty.openpty()
        environment = {**stack.environment, "TERM": "xterm", "COLUMNS": "120", "LINES": "40"}
        command = [*HEEDING_CTRL_C, str(PROJECT / "bin" / "agent-coordinator"), *arguments]
        self.process = subprocess.Popen(
            command,
            stdin=child,
            stdout=child,
            stderr=child,
            env=environment,
            start_new_session=True,
        )
        os.close(child)

    def until(self, text, timeout_s=30):
        deadline = time.monotonic() + timeout_s
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            if select.select([self._end], [], [], 0.2)[0]:
                try:
                    self.shown += os.read(self._end, 65536).decode(errors="replace")
                except OSError:
                    assert text in self.shown, self.shown
        return self

    def press(self, keys):
        os.write(self._end, keys)

    def code(self):
        code = self.process.wait(timeout=30)
        os.close(self._end)
        return code


def test_a_terminal_shows_steps_live_and_ctrl_c_asks(stack, published):
    terminal = Terminal(stack, "run", "-w", "slow").until("Never answered").until("retrying")
    os.killpg(terminal.process.pid, signal.SIGINT)
    terminal.until("Cancel the run, too?").press(b"n\n")
    terminal.until("goes on. To cancel it: agent-coordinator cancel ")
    run_id = terminal.shown.rpartition("cancel ")[2].split()[0]
    assert terminal.code() == 130
    assert json.loads(stack.cli("runs", "show", run_id, "--json").stdout)["status"] in ("pending", "running")
    assert stack.cli("cancel", run_id).returncode == 0


def test_ctrl_c_cancels_when_told_to(stack, published):
    terminal = Terminal(stack, "run", "-w", "slow").until("retrying")
    os.killpg(terminal.process.pid, signal.SIGINT)
    terminal.until("Cancel the run, too?").press(b"y\n")
    terminal.until("was told to stop")
    assert terminal.code() == 130
