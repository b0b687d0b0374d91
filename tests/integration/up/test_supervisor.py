"""``make up`` for real: one installation, used the way its owner uses it, from the first start to the last."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from agentcluster.up.embedded import free_port
from tests.integration.up.installation import Installation, failed_start


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("up") / "data", free_port())
    try:
        installation.until("AgentCluster is ready")
        yield installation
    finally:
        installation.kill()


def test_everything_is_ready_and_the_printed_link_logs_in(running: Installation) -> None:
    ready = running.log[-1]
    assert ready["address"] == f"http://127.0.0.1:{running.port}"
    health = running.get("/health/ready").json()
    assert health["status"] == "ok"
    assert set(health["checks"]) == {"database", "redis", "nats", "workers", "nodes"}
    assert running.get(ready["login"].removeprefix(ready["address"])).status_code == 200


def test_every_process_logs_under_its_name_and_nothing_went_wrong(running: Installation) -> None:
    assert {"up", "prepare", "worker", "jobs", "node"} <= {record["process"] for record in running.log}
    assert [record for record in running.log if record["level"] in ("warning", "error", "critical")] == []


def test_a_second_one_on_the_same_folder_is_sent_away(running: Installation) -> None:
    code, sentence = failed_start(running.home)
    assert code == 1
    assert f"already runs on {running.home} (process {running.process.pid})" in sentence


def test_a_port_in_use_is_named_with_another_to_try(running: Installation, tmp_path: Path) -> None:
    code, sentence = failed_start(tmp_path, PORT=str(running.port))
    assert code == 1
    assert f"Port {running.port} is in use" in sentence
    assert "make up" in sentence


@pytest.mark.parametrize("words", [("agentcluster.web",), ("valkey",), ("nats-server",), ("runnode",)])
def test_a_killed_process_is_started_again(running: Installation, words: tuple[str, ...]) -> None:
    killed = running.child(*words)
    killed.kill()
    running.until("starting it again in 0.5 s", timeout_s=20)
    running.until_back(killed, *words)
    running.until_ready()


def test_processes_that_hang_are_started_again(running: Installation) -> None:
    """A stopped process takes connections and answers nothing, as one whose loop stands still."""
    hung = {words: running.child(words) for words in ("runnode", "beat", "agentcluster.web")}
    for process in hung.values():
        process.suspend()
    told = {running.until("does not answer that it lives", timeout_s=60)["event"].split()[0] for _ in hung}
    assert told == {"node", "beat", "web"}
    for words, process in hung.items():
        running.until_back(process, words, timeout_s=30)
    running.until_ready()


def test_ctrl_c_ends_everything_soon_and_keeps_the_data(running: Installation) -> None:
    family = running.family()
    assert len(family) >= 6, family
    assert running.interrupt() < 30
    assert running.process.returncode == 0
    assert [process for process in family if process.is_running()] == []
    with sqlite3.connect(running.home / "db.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM auth_user").fetchone() == (1,)


def test_the_next_start_finds_its_data_and_a_killed_supervisor_leaves_nothing_behind(
    running: Installation, request: pytest.FixtureRequest
) -> None:
    key = (running.home / "secret_key").read_text()
    services = (running.home / "services.json").read_bytes()
    again = Installation(running.home, running.port)
    request.addfinalizer(again.kill)
    again.until("AgentCluster is ready")
    assert "Updating the database" not in {record["event"] for record in again.log}
    assert (running.home / "secret_key").read_text() == key
    assert (running.home / "services.json").read_bytes() == services
    family = again.family()
    again.kill()
    _, left = psutil.wait_procs(family, timeout=10)
    assert left == []


def test_given_servers_are_used_instead_of_the_embedded_ones(
    redis_url: str, nats_url: str, postgres_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    given = {"REDIS_URL": redis_url, "NATS_URL": nats_url, "DATABASE_URL": postgres_url}
    installation = Installation(tmp_path / "data", free_port(), **given)
    request.addfinalizer(installation.kill)
    installation.until("AgentCluster is ready")
    programs = " ".join(part for process in installation.family() for part in process.cmdline())
    assert installation.get("/health/ready").json()["checks"]["database"]["detail"] == "postgresql"
    assert installation.interrupt() < 30
    assert "valkey-server" not in programs
    assert "nats-server" not in programs
    assert not (tmp_path / "data" / "db.sqlite3").exists()
