"""Every start that cannot succeed ends with a sentence that says what to do, and never with a traceback."""

import socket
import subprocess
import time
from pathlib import Path

import pytest

from agentcluster.up import embedded
from agentcluster.up.repair import repair
from tests.conftest import Server
from tests.integration.up.installation import failed_start

GONE = "127.0.0.1:1"
"""Nobody listens there."""


@pytest.mark.parametrize(
    ("variable", "value", "code", "sentence"),
    [
        ("PORT", "eighty", 2, "PORT=eighty is not a port"),
        ("HOST", "192.0.2.1", 2, "Try HOST=127.0.0.1"),
        ("DATABASE_URL", "mongo://u:hidden@h/d", 2, "DATABASE_URL is not understood"),
        ("DATABASE_URL", f"postgres://u:hidden@{GONE}/d", 1, "Start it, or correct DATABASE_URL"),
        ("REDIS_URL", f"redis://:hidden@{GONE}/0", 1, "Start it, or correct REDIS_URL"),
        ("REDIS_URL", "http://hidden", 2, "REDIS_URL is not understood"),
        ("NATS_URL", f"nats://u:hidden@{GONE}", 1, "Start it, or correct NATS_URL"),
        ("NATS_URL", "http://hidden", 2, "NATS_URL must be"),
    ],
)
def test_an_address_that_leads_nowhere(variable: str, value: str, code: int, sentence: str, tmp_path: Path) -> None:
    given, said = failed_start(tmp_path, **{variable: value})
    assert sentence in said
    assert "hidden" not in said
    assert given == code


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("ENGINE_MAX_RUNS", "many", "ENGINE_MAX_RUNS must be a whole number from 1 on; it is “many”."),
        ("HTTPS", "maybe", "HTTPS must be 1 (on) or 0 (off); it is “maybe”."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be one of debug, info, warning, error, critical; it is “loud”."),
        ("NATS_REPLICAS", "2", "NATS_REPLICAS must be 1, 3 or 5"),
        ("NODE_SANDBOX", "maybe", "NODE_SANDBOX is “maybe”; it may be “required” or “optional”."),
        ("LLM_ENGINES", "[{]", "The list of engines cannot be read"),
    ],
)
def test_a_setting_that_makes_no_sense(variable: str, value: str, sentence: str, tmp_path: Path) -> None:
    code, said = failed_start(tmp_path, **{variable: value})
    assert sentence in said
    assert code == 2


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    code, said = failed_start(tmp_path / "data")
    assert code == 1
    assert "is a file. Move it away" in said


def test_a_damaged_database(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").write_bytes(b"this was a database" * 1000)
    code, said = failed_start(tmp_path)
    assert code == 1
    assert f"The database {tmp_path / 'db.sqlite3'} is damaged" in said
    assert "Restore it from a backup" in said


def test_a_damaged_run_log_and_its_repair(tmp_path: Path) -> None:
    write_run_log(tmp_path / "valkey", 500)
    log = next((tmp_path / "valkey" / "appendonlydir").glob("*.incr.aof"))
    content = bytearray(log.read_bytes())
    half = len(content) // 2
    content[half : half + 100] = b"\xff" * 100
    log.write_bytes(content)
    code, said = failed_start(tmp_path)
    assert code == 1
    assert "The run log in" in said
    assert "make repair" in said
    assert "is repaired" in repair(tmp_path)
    assert "nothing to repair" in repair(tmp_path)
    assert len(list(tmp_path.glob("valkey-damaged-*"))) == 1
    assert 100 < write_run_log(tmp_path / "valkey", 0) < 500


def write_run_log(folder: Path, count: int) -> int:
    """Start Valkey on ``folder``, write ``count`` entries, stop it; return how many entries there are."""
    port = embedded.free_port()
    server = Server(embedded.valkey_command(folder, port), port, "")
    with socket.create_connection((embedded.LOOPBACK, port)) as connection, connection.makefile("rwb") as wire:
        for number in range(count):
            wire.write(f"RPUSH entries {number}\r\n".encode())
        wire.write(b"LLEN entries\r\n")
        wire.flush()
        replies = [wire.readline() for _ in range(count + 1)]
    server.stop()
    return int(replies[-1].lstrip(b":"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--appendonly", "no"], "--appendonly yes"),
        (["--appendonly", "yes", "--maxmemory-policy", "allkeys-lru"], "Set maxmemory-policy noeviction"),
    ],
)
def test_a_redis_that_forgets_is_refused(options: list[str], sentence: str, tmp_path: Path) -> None:
    port = embedded.free_port()
    command = [str(embedded.valkey_binary()), "--port", str(port), "--dir", str(tmp_path), *options]
    server = Server(command, port, f"redis://127.0.0.1:{port}/0")
    code, said = failed_start(tmp_path / "home", REDIS_URL=server.url)
    server.stop()
    assert code == 1
    assert sentence in said


def test_a_nats_without_jetstream_is_refused(tmp_path: Path) -> None:
    port = embedded.free_port()
    program = embedded.nats_command(tmp_path / "unused", port)[0]
    server = Server([program, "--addr", embedded.LOOPBACK, "--port", str(port)], port, f"nats://127.0.0.1:{port}")
    code, said = failed_start(tmp_path / "home", NATS_URL=server.url)
    server.stop()
    assert code == 1
    assert "--jetstream" in said


def test_nothing_is_left_running_after_a_failed_start(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").write_bytes(b"damaged" * 1000)
    failed_start(tmp_path)
    time.sleep(0.2)
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path) not in listed
