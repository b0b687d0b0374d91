"""A real ``make up`` in a folder of its own, driven as a person at a terminal drives it."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

from agentcluster.up.config import PROJECT
from agentcluster.up.embedded import free_port

OWN = (
    "REDIS_URL",
    "NATS_URL",
    "DATABASE_URL",
    "AGENTCLUSTER_HOME",
    "PORT",
    "HOST",
    "LOG_LEVEL",
    "LOG_FORMAT",
    "NO_COLOR",
)


def environment(home: Path, **given: str) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if key not in OWN}
    return {**clean, "AGENTCLUSTER_HOME": str(home), "LOG_FORMAT": "json", "PYTHONUNBUFFERED": "1", **given}


def failed_start(home: Path, **given: str) -> tuple[int, str]:
    """Start, expect it to fail, and return the exit code and the last thing said."""
    given.setdefault("PORT", str(free_port()))
    done = subprocess.run(
        [sys.executable, "-m", "agentcluster.up"],
        cwd=PROJECT,
        env=environment(home, **given),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stdout, done.stdout
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["level"] == "error", done.stdout
    return done.returncode, last["event"]


class Installation:
    """The supervisor's process, its log, and the processes below it."""

    def __init__(self, home: Path, port: int, **given: str) -> None:
        self.home, self.port = home, port
        self.log: list[dict[str, Any]] = []
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "agentcluster.up"],
            cwd=PROJECT,
            env=environment(home, PORT=str(port), **given),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._lines.put(json.loads(line))
        self._lines.put(None)

    def until(self, event: str, timeout_s: float = 90) -> dict[str, Any]:
        """Read the log until a line's event contains ``event``; return it."""
        deadline = time.monotonic() + timeout_s
        while True:
            record = self._lines.get(timeout=max(0.1, deadline - time.monotonic()))
            assert record is not None, f"ended before {event!r}: {self.log[-20:]}"
            self.log.append(record)
            if event in record["event"]:
                return record

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=10, trust_env=False)

    def until_ready(self, timeout_s: float = 60) -> None:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            try:
                if self.get("/health/ready").status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        raise AssertionError(f"not ready within {timeout_s} s: {self.get('/health/ready').text}")

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, *words: str) -> psutil.Process:
        """Return the supervisor's own child with all of ``words`` in its command line."""
        found = [
            child
            for child in psutil.Process(self.process.pid).children()
            if all(any(word in part for part in child.cmdline()) for word in words)
        ]
        assert len(found) == 1, found
        return found[0]

    def until_back(self, killed: psutil.Process, *words: str, timeout_s: float = 20) -> None:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            with contextlib.suppress(AssertionError, psutil.Error):
                if self.child(*words).pid != killed.pid:
                    return
            time.sleep(0.1)
        raise AssertionError(f"{words} did not come back within {timeout_s} s")

    def interrupt(self) -> float:
        """Press Ctrl-C; return the seconds until it ended."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)
        self._reader.join(timeout=10)
        return time.monotonic() - began

    def kill(self) -> None:
        """End the supervisor without a chance to clean up; its children have to go by themselves."""
        self.process.kill()
        self.process.wait()
        self._reader.join(timeout=10)
