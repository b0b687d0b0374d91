import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agentcluster.database import DatabaseUrlError, database_setting
from agentcluster.up.config import PROJECT, from_environment
from agentcluster.up.errors import BadSettingError


def test_defaults_are_loopback_port_8000_and_the_data_folder() -> None:
    config = from_environment({})
    assert (config.address, config.home, config.redis_url) == ("http://127.0.0.1:8000", PROJECT / "data", None)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eight", "80.5"])
def test_a_port_that_is_none_is_refused_with_an_example(port: str) -> None:
    with pytest.raises(BadSettingError, match=r"is not a port.*PORT=8000"):
        from_environment({"PORT": port})


def test_listening_everywhere_answers_to_this_machines_name() -> None:
    config = from_environment({"HOST": "0.0.0.0", "PORT": "9"})
    assert config.address == "http://127.0.0.1:9"
    assert socket.gethostname() in config.allowed_hosts


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert from_environment({"HOST": "::1"}).address == "http://[::1]:8000"


def test_sqlite_waits_for_locks_and_postgresql_times_out(tmp_path: Path) -> None:
    assert database_setting("", tmp_path)["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database_setting("postgres://u:p@h/d", tmp_path)["OPTIONS"]["connect_timeout"] == 5


def test_sqlite_never_reads_through_a_memory_map(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        database.execute("PRAGMA mmap_size=134217728")
        database.executescript(database_setting("", tmp_path)["OPTIONS"]["init_command"])
        assert database.execute("PRAGMA mmap_size").fetchone() == (0,)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("PRAGMA journal_size_limit").fetchone() == (64 * 2**20,)


@pytest.mark.parametrize("url", ["nonsense", "mongo://secret@host/db", "postgres://u:secret@h"])
def test_a_wrong_database_url_is_refused_without_repeating_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseUrlError, match="DATABASE_URL is not understood") as caught:
        database_setting(url, tmp_path)
    assert "secret" not in str(caught.value)
