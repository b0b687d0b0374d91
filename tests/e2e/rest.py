"""The REST API as a program uses it: what a test needs around what it does in the page."""

import time
from typing import Any

import httpx


class Rest:
    """Makes workflows and runs, and looks at them."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        """Return what a call that succeeded gave."""
        answer = self._client.post(path, json=body or {}, headers=headers)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def put(self, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        """Return what a change that succeeded gave."""
        answer = self._client.put(path, json=body, headers=headers)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def get(self, path: str) -> dict[str, Any]:
        """Return what is there."""
        answer = self._client.get(path)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def draw(self, title: str, graph: dict[str, Any]) -> dict[str, Any]:
        """Return a new workflow, not published."""
        return self.post("workflows", {"title": title, "graph": graph})

    def publish(self, title: str, graph: dict[str, Any]) -> dict[str, Any]:
        """Return a new workflow with a published version."""
        made = self.draw(title, graph)
        self.post(f"workflows/{made['id']}/publish", {}, **{"If-Match": '"1"'})
        return made

    def start(self, workflow: dict[str, Any], **body: Any) -> str:
        """Return the id of a new run of the published version."""
        return str(self.post(f"workflows/{workflow['id']}/runs", body)["id"])

    def until(self, run: str, *statuses: str, timeout_s: float = 30) -> dict[str, Any]:
        """Return the run once its status is one of these."""
        deadline = time.monotonic() + timeout_s
        while True:
            found = self.get(f"runs/{run}")
            if found["status"] in statuses:
                return found
            assert time.monotonic() < deadline, (found["status"], found["error"])
            time.sleep(0.1)
