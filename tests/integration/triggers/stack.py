"""The whole system with the processes that triggers need."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from agentcluster.up import embedded
from agentcluster.up.processes import app_specs
from tests.integration.triggers.conftest import GREETING
from tests.stack import Stack

EXTRA = ("jobs", "triggers", "beat")
R = TypeVar("R")


class TriggerStack(Stack):
    """A stack with ``jobs``, ``beat`` and the listener, ``triggers``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._token = ""
        specs = {spec.name: spec for spec in app_specs(self.config, self.services)}
        self._commands |= {name: specs[name].command for name in EXTRA}
        self._monitor = embedded.free_port()
        self._commands["nats"] += ["--http_port", str(self._monitor)]

    def token(self, user: str = "admin") -> str:
        """Return the one token this stack's tests share."""
        if not self._token:
            self._token = super().token(user)
        return self._token

    def start(self) -> "TriggerStack":
        super().start()
        for name in EXTRA:
            self.start_process(name)
        return self

    def stop(self) -> None:
        for name in EXTRA:
            process = self.processes.get(name)
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(timeout=20)
        super().stop()

    def publish(self, graph: dict[str, Any] = GREETING) -> str:
        """Return the id of a published workflow."""
        with self.api() as api:
            made = api.post("workflows", json={"title": "Greet", "graph": graph}).raise_for_status().json()
            path = f"workflows/{made['id']}/publish"
            api.post(path, json={}, headers={"If-Match": '"1"'}).raise_for_status()
            return str(made["id"])

    def create(self, workflow: str, kind: str, name: str, **fields: Any) -> dict[str, Any]:
        """Return a new trigger."""
        with self.api() as api:
            answer = api.post(f"workflows/{workflow}/triggers", json={"kind": kind, "name": name, **fields})
            assert answer.status_code == 201, answer.text
            made: dict[str, Any] = answer.json()
            return made

    def firings(self, trigger: dict[str, Any]) -> list[dict[str, Any]]:
        """Return all firings, oldest first."""
        found: list[dict[str, Any]] = []
        with self.api() as api:
            url: str | None = f"triggers/{trigger['id']}/firings?limit=500"
            while url:
                page = api.get(url).raise_for_status().json()
                found, url = found + page["results"], page["next"]
        return found[::-1]

    def readers(self, subject: str) -> int:
        """Return how many subscriptions NATS has to exactly this subject."""
        told = httpx.get(f"http://{embedded.LOOPBACK}:{self._monitor}/subsz", params={"subs": 1, "limit": 10_000})
        return sum(each["subject"] == subject for each in told.raise_for_status().json()["subscriptions_list"])

    def runs(self, workflow: str) -> list[dict[str, Any]]:
        """Return all runs of a workflow with their input."""
        with self.api() as api:
            listed = api.get("runs", params={"workflow": workflow, "limit": 500}).raise_for_status().json()["results"]
            return [api.get(f"runs/{run['id']}").raise_for_status().json() for run in listed]


def until(look: Callable[[], R], timeout_s: float = 20, pause_s: float = 0.2) -> R:
    """Return the first true thing ``look`` returns."""
    end = time.monotonic() + timeout_s
    while True:
        found = look()
        if found or time.monotonic() > end:
            assert found
            return found
        time.sleep(pause_s)
