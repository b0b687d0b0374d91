"""The REST API of the running installation, as a program uses it."""

import time
from itertools import count
from typing import Any, Self

import httpx

TERMINAL = ("completed", "failed", "cancelled", "terminated", "continued")
_NUMBERS = count(1)
Value = dict[str, Any]


class Watched:
    """A run that was started."""

    def __init__(self, rest: "Rest", run_id: str) -> None:
        self.rest, self.id = rest, run_id

    def row(self) -> Value:
        return self.rest.get(f"runs/{self.id}")

    def until(self, *statuses: str, timeout_s: float = 30) -> Value:
        """Wait until the run has one of the statuses."""
        deadline = time.monotonic() + timeout_s
        while (found := self.row())["status"] not in statuses:
            assert found["status"] not in TERMINAL, (found["status"], found["error"])
            assert time.monotonic() < deadline, (found["status"], self.rest.get(f"runs/{self.id}/why"), self.events())
            time.sleep(0.05)
        return found

    def ended(self, timeout_s: float = 30) -> Value:
        return self.until(*TERMINAL, timeout_s=timeout_s)

    def completed(self, timeout_s: float = 30) -> Any:
        """Wait for a good end; return the output."""
        found = self.ended(timeout_s)
        assert found["status"] == "completed", found["error"]
        return found["output"]

    def failed(self, timeout_s: float = 30) -> Value:
        """Wait for a bad end; return the error."""
        found = self.ended(timeout_s)
        assert found["status"] == "failed", found["status"]
        return dict(found["error"])

    def events(self, *types: str) -> list[Value]:
        found, after = [], 0
        while page := self.rest.get(f"runs/{self.id}/events?after={after}&limit=500")["events"]:
            found += [record["event"] for record in page]
            after = page[-1]["seq"]
        return [event for event in found if not types or event["type"] in types]

    def seen(self, kind: str, timeout_s: float = 20, **fields: Any) -> Value:
        """Wait for an event of the type with these fields."""
        deadline = time.monotonic() + timeout_s
        while True:
            for event in self.events(kind):
                if fields.items() <= event.items():
                    return event
            assert time.monotonic() < deadline, self.events()
            time.sleep(0.05)

    def seq_of(self, kind: str, step: str) -> int:
        for record in self.rest.get(f"runs/{self.id}/events?limit=500")["events"]:
            if (record["event"]["type"], record["event"].get("step")) == (kind, step):
                return int(record["seq"])
        raise AssertionError(self.events())

    def tell(self, what: str, status: int = 202, **body: Any) -> Value:
        """Send a command such as ``pause`` or ``approvals/ask``."""
        return self.rest.post(f"runs/{self.id}/{what}", body, status)

    def again(self, what: str, **body: Any) -> "Watched":
        """Make a new run from this one: ``retry``, ``replay`` or ``fork``."""
        return Watched(self.rest, self.rest.post(f"runs/{self.id}/{what}", body, 201)["id"])


class Rest:
    """A client with somebody's token."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def get(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, status: int | None = None, **headers: str) -> Any:
        answer = self.client.post(path, json=body or {}, headers=headers)
        assert status is None or answer.status_code == status, (answer.status_code, answer.text)
        return answer.json() if answer.content else {}

    def draft(self, graph: Value, title: str = "") -> Value:
        """Make a workflow whose draft has no problems."""
        made = self.post("workflows", {"title": title or f"Kind {next(_NUMBERS)}", "graph": graph}, 201)
        assert made["draft"]["problems"] == []
        return dict(made)

    def publish(self, graph: Value) -> Value:
        made = self.draft(graph)
        self.post(f"workflows/{made['id']}/publish", {}, 201, **{"If-Match": '"1"'})
        return made

    def start(self, workflow: str, input: Value | None = None, **body: Any) -> Watched:
        return Watched(self, self.post(f"workflows/{workflow}/runs", {"input": input or {}, **body}, 202)["id"])

    def run(self, graph: Value, input: Value | None = None, **body: Any) -> Watched:
        """Start a run of the graph as a draft."""
        return self.start(self.draft(graph)["id"], input, version="draft", **body)

    @classmethod
    def of(cls, url: str, token: str) -> Self:
        """Return the API as the owner of the token sees it; close its client after use."""
        headers = {"Authorization": f"Bearer {token}"}
        return cls(httpx.Client(base_url=f"{url}/api/v1/", headers=headers, timeout=30))
