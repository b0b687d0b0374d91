"""What agents have done outside, written down by themselves where no part of the system can reach: a file of its own.

An effect is named by what it is for (``<run>/<step>``), not by the idempotency key that the system gave its call: were the
key another one at the second attempt, the effect would stand here twice.
"""

import os
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Final

VARIABLE: Final = "FAULTS_EFFECTS"
_TABLES: Final = """
PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS executions (call TEXT, what TEXT);
CREATE TABLE IF NOT EXISTS once (key TEXT PRIMARY KEY, what TEXT);
CREATE TABLE IF NOT EXISTS every (key TEXT, what TEXT);
"""
_connections: dict[tuple[int, str], sqlite3.Connection] = {}


def began(call: str, what: str) -> None:
    """Note that an agent has begun to work on a call."""
    _connection().execute("INSERT INTO executions VALUES (?, ?)", (call, what))


def happened_once(key: str, what: str) -> None:
    """Have the effect, unless it was had under this idempotency key before: what an agent does that honours the key."""
    _connection().execute("INSERT OR IGNORE INTO once VALUES (?, ?)", (key, what))


def happened(key: str, what: str) -> None:
    """Have the effect (again): what an agent does that knows no keys."""
    _connection().execute("INSERT INTO every VALUES (?, ?)", (key, what))


class Ledger:
    """What a file of effects says."""

    def __init__(self, file: Path) -> None:
        """Read all of it."""
        connection = _open(str(file))
        self.executions = Counter(call for (call,) in connection.execute("SELECT call FROM executions"))
        self.once = Counter(what for (what,) in connection.execute("SELECT what FROM once"))
        self.every = Counter(what for (what,) in connection.execute("SELECT what FROM every"))
        connection.close()


def _open(file: str) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, timeout=30)
    connection.executescript(_TABLES)
    return connection


def _connection() -> sqlite3.Connection:
    place = os.getpid(), os.environ[VARIABLE]
    if place not in _connections:
        _connections[place] = _open(place[1])
    return _connections[place]
