"""The commands and the environment of docker-compose.yml, run with a real PostgreSQL, Valkey and NATS."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agentcluster.messaging import BusUnavailableError, connect
from agentcluster.up import embedded
from tests.conftest import Server
from tests.deploy import compose
from tests.postgres import Postgres


def start_valkey(folder: Path, password: str) -> Server:
    """Start Valkey with the options of the compose file, which only a shell would read otherwise."""
    shell = compose.load()["services"]["valkey"]["command"][-1]
    options = [{'""': "", '"$$REDIS_PASSWORD"': password, "/data": str(folder)}.get(w, w) for w in shell.split()[2:]]
    folder.mkdir()
    port = embedded.free_port()
    command = [str(embedded.valkey_binary()), *options, "--port", str(port), "--bind", embedded.LOOPBACK]
    return Server(command, port, f"{embedded.LOOPBACK}:{port}")


def start_nats(folder: Path, password: str) -> Server:
    """Start nats-server with the script of the compose file, on this machine's folders and free ports."""
    *shell, script = compose.load()["services"]["nats"]["entrypoint"]
    folder.mkdir()
    port = embedded.free_port()
    binary, *_ = embedded.nats_command(folder, port)
    here = {
        "nats-server ": f"{binary} --addr {embedded.LOOPBACK} --port {port} ",
        ":8222": f":{embedded.free_port()}",
        "/data": str(folder),
        "/tmp/nats.conf": str(folder / "nats.conf"),
        "$$NATS_PASSWORD": password,
    }
    for there, local in here.items():
        assert there in script
        script = script.replace(there, local)
    return Server([*shell, script], port, f"{embedded.LOOPBACK}:{port}")


@pytest.fixture(scope="module")
def machine(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[compose.Machine]:
    folder = tmp_path_factory.mktemp("compose")
    (folder / "data").mkdir()
    variables = compose.env_file()
    valkey = start_valkey(folder / "valkey", variables["REDIS_PASSWORD"])
    nats = start_nats(folder / "nats", variables["NATS_PASSWORD"])
    replace = {
        "@postgres:5432": f"@{embedded.LOOPBACK}:{postgres.port}",
        "@valkey:6379": f"@{valkey.url}",
        "@nats:4222": f"@{nats.url}",
        "/data": str(folder / "data"),
        "8000": str(embedded.free_port()),
        "8090": str(embedded.free_port()),
        "50051": str(embedded.free_port()),
    }
    yield compose.Machine(replace, variables)
    nats.stop()
    valkey.stop()


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = compose.load()["services"]
    return found


@pytest.fixture(scope="module")
def running(machine: compose.Machine, services: dict[str, Any], tmp_path_factory: Any) -> Iterator[dict[str, Any]]:
    prepared = machine.run(services["migrate"], services["migrate"]["command"])
    assert prepared.returncode == 0, prepared.stdout + prepared.stderr
    logs = tmp_path_factory.mktemp("logs")
    started = {name: machine.start(machine.of(name, services[name]), logs / name) for name in compose.APP}
    yield started
    for process in started.values():
        process.terminate()
    for process in started.values():
        process.wait(timeout=40)


def until_ready(address: str) -> httpx.Response:
    deadline = time.monotonic() + 90
    while True:
        try:
            answer = httpx.get(f"{address}/health/ready", timeout=10, trust_env=False)
            if answer.status_code == httpx.codes.OK or time.monotonic() > deadline:
                return answer
        except httpx.HTTPError:
            assert time.monotonic() < deadline, "the web process does not answer"
        time.sleep(0.2)


def test_all_services_together_are_ready_on_postgresql(machine: compose.Machine, running: dict[str, Any]) -> None:
    answer = until_ready(f"http://127.0.0.1:{machine.replace['8000']}")
    assert answer.status_code == httpx.codes.OK, answer.text
    assert answer.json()["checks"]["database"]["detail"] == "postgresql"


@pytest.mark.parametrize("name", compose.APP)
def test_each_health_check_says_so(
    name: str, machine: compose.Machine, running: dict[str, Any], services: dict[str, Any]
) -> None:
    until_ready(f"http://127.0.0.1:{machine.replace['8000']}")
    service = machine.of(name, services[name])
    asked = machine.run(service, service["healthcheck"]["test"][1:])
    assert asked.returncode == 0, asked.stdout + asked.stderr
    if name != "web":
        told = machine.run(service, ["python", "manage.py", "health", "--process", name, "--ready"])
        assert told.returncode == 0, told.stdout + told.stderr


async def test_nats_lets_nobody_in_without_its_password(machine: compose.Machine, running: dict[str, Any]) -> None:
    server = machine.replace["@nats:4222"]
    for known in ("", "agentcluster:wrong@"):
        with pytest.raises(BusUnavailableError):
            await connect(f"nats://{known}{server.removeprefix('@')}", "stranger")
    async with await connect(f"nats://agentcluster:{machine.variables['NATS_PASSWORD']}{server}", "known") as bus:
        await bus.flush()


def test_migrating_again_changes_nothing(
    machine: compose.Machine, running: dict[str, Any], services: dict[str, Any]
) -> None:
    again = machine.run(services["migrate"], services["migrate"]["command"])
    assert again.returncode == 0, again.stderr
    assert "Updating the database" not in again.stdout


@pytest.mark.parametrize("name", ["worker", "jobs", "node", "beat", "triggers", "gateway"])
def test_a_health_check_notices_that_its_process_is_gone(
    name: str, machine: compose.Machine, running: dict[str, Any], services: dict[str, Any]
) -> None:
    began = time.monotonic()
    running[name].terminate()
    running[name].wait(timeout=30)
    assert time.monotonic() - began < 30
    asked = machine.run(services[name], services[name]["healthcheck"]["test"][1:])
    assert asked.returncode == 1, asked.stdout
