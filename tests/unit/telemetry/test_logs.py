"""Each look is a process of its own: logging is set up once per process."""

import json
import os
import subprocess
import sys

import pytest

from agentcluster.up.config import PROJECT

PROGRAM = """
import logging, structlog
from agentcluster.telemetry import logs
logs.configure("node")
logging.getLogger("library").warning("from %s", "a library", extra={"call_id": "c1"})
structlog.get_logger("ours").info("from us", run_id="r1")
logging.getLogger("daphne").info("GET /everything")
try:
    {}["password-in-a-local"]
except KeyError:
    structlog.get_logger("ours").exception("went wrong")
"""


def said(**environment: str) -> list[str]:
    clean = {key: value for key, value in os.environ.items() if key not in ("LOG_FORMAT", "LOG_LEVEL", "NO_COLOR")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=PROJECT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr.splitlines()


def test_json_lines_carry_time_level_process_logger_and_fields() -> None:
    library, ours, failure = (json.loads(line) for line in said(LOG_FORMAT="json"))
    assert (library["event"], library["call_id"], library["level"]) == ("from a library", "c1", "warning")
    assert (ours["event"], ours["run_id"], ours["process"], ours["logger"]) == ("from us", "r1", "node", "ours")
    assert ours["timestamp"].endswith("Z")
    assert "KeyError" in failure["exception"]


def test_readable_lines_have_no_colour_without_a_terminal() -> None:
    lines = said()
    assert "from us" in lines[1]
    assert not any("\033" in line for line in lines)


@pytest.mark.parametrize(("level", "count"), [("debug", 4), ("info", 3), ("error", 1)])
def test_the_level_decides_what_is_said_and_requests_stay_out(level: str, count: int) -> None:
    assert len(said(LOG_FORMAT="json", LOG_LEVEL=level)) == count
