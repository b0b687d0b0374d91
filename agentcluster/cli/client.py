"""The REST API for commands: one method a verb, errors as sentences."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx

from agentcluster.cli.errors import CliError, ConflictError, RefusedError, UnreachableError
from agentcluster.cli.installation import Installation

TIMEOUT: Final = httpx.Timeout(30, connect=5)
SILENCE_S: Final = 45
"""A stream that says nothing for so long (the server speaks every 15 s) is taken for dead."""


class Sent(NamedTuple):
    """A server-sent event; ``seq`` is 0 where it has no id."""

    seq: int
    event: str
    data: Any


class Api:
    """A connection to one installation; use as a context manager."""

    def __init__(self, installation: Installation) -> None:
        """Connect when first used."""
        self.url = installation.url
        headers = {"Authorization": f"Bearer {installation.token}"} if installation.token else {}
        self._client = httpx.Client(base_url=f"{self.url}/api/v1/", headers=headers, timeout=TIMEOUT)

    def __enter__(self) -> "Api":
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._client.close()

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON a GET answers; parameters that are None or empty are left out."""
        return self._request("GET", path, params=_given(params))

    def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        """Return the JSON a POST answers; ``key`` is an Idempotency-Key, with which it may safely be tried again."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._request("POST", path, json=body or {}, headers=headers, tries=3 if key else 1)

    def put(self, path: str, body: Any) -> Any:
        """Return the JSON a PUT answers."""
        return self._request("PUT", path, json=body)

    def patch(self, path: str, body: Any) -> Any:
        """Return the JSON a PATCH answers."""
        return self._request("PATCH", path, json=body)

    def delete(self, path: str, **params: Any) -> None:
        """Delete what is there; parameters that are None or empty are left out."""
        self._request("DELETE", path, params=_given(params))

    def publish(self, path: str, body: Any, revision: int) -> Any:
        """Return the JSON of a POST that holds only for a revision."""
        return self._request("POST", path, json=body, headers={"If-Match": f'"{revision}"'})

    def change(self, method: str, path: str, body: Any, revision: int, **params: Any) -> Any:
        """Return the JSON of a PUT, PATCH, POST or DELETE that holds only for a revision."""
        headers = {"If-Match": f'"{revision}"'}
        return self._request(method, path, json=body, headers=headers, params=_given(params))

    def send(self, path: str, content: bytes, **params: Any) -> Any:
        """Return the JSON that the POST of a document answers."""
        headers = {"Content-Type": "application/yaml"}
        return self._request("POST", path, content=content, headers=headers, params=_given(params))

    def send_file(self, path: str, name: str, content: bytes, **params: Any) -> Any:
        """Return the JSON that the POST of a form with one file answers."""
        return self._request("POST", path, files={"file": (name, content)}, params=_given(params))

    def text(self, path: str, **params: Any) -> str:
        """Return what a GET answers, as text."""
        answer = self._checked("GET", path, params=_given(params))
        return answer.text

    def pieces(self, path: str, **params: Any) -> Iterator[bytes]:
        """Yield what a GET answers, however long it is."""
        try:
            with self._client.stream("GET", path, params=_given(params)) as answer:
                if answer.is_error:
                    answer.read()
                    _refuse(answer)
                yield from answer.iter_bytes()
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def rows(self, path: str, limit: int, **params: Any) -> list[Any]:
        """Return at most ``limit`` rows of a list."""
        answer = self.get(path, limit=min(limit, 500), **params)
        rows: list[Any] = answer if isinstance(answer, list) else answer["results"]
        while isinstance(answer, dict) and answer["next"] and len(rows) < limit:
            answer = self._request("GET", answer["next"])
            rows += answer["results"]
        return rows[:limit]

    def upload(self, path: Path, project: str) -> dict[str, Any]:
        """Upload a file and return the reference to it."""
        try:
            with path.open("rb") as file:
                answer = self._request(
                    "POST", "artifacts", files={"file": (path.name, file)}, data={"project": project}
                )
        except OSError as error:
            raise CliError(f"{path} cannot be read: {error.strerror}.", field="--file") from error
        reference: dict[str, Any] = answer["ref"]
        return reference

    def events(self, run_id: str, after: int) -> Iterator[Sent]:
        """Yield what a run's stream says from ``after`` on, to its end or until the connection breaks."""
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
        timeout = httpx.Timeout(SILENCE_S, connect=5)
        try:
            with self._client.stream("GET", f"runs/{run_id}/events", headers=headers, timeout=timeout) as answer:
                if answer.is_error:
                    answer.read()
                    _refuse(answer)
                yield from _parsed(answer.iter_lines())
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def _request(self, method: str, path: str, *, tries: int = 1, **options: Any) -> Any:
        answer = self._checked(method, path, tries=tries, **options)
        return answer.json() if answer.content else None

    def _checked(self, method: str, path: str, *, tries: int = 1, **options: Any) -> httpx.Response:
        while True:
            tries -= 1
            try:
                answer = self._client.request(method, path, **options)
            except httpx.TransportError as error:
                if tries <= 0:
                    raise self._unreachable(error) from error
                continue
            if answer.is_error:
                _refuse(answer)
            return answer

    def _unreachable(self, error: Exception) -> UnreachableError:
        return UnreachableError(f"AgentCluster at {self.url} cannot be reached ({error}). Is it running?")


def _given(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value}


def _parsed(lines: Iterator[str]) -> Iterator[Sent]:
    fields: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif fields:
            yield Sent(int(fields.get("id", 0)), fields.get("event", ""), json.loads(fields.get("data", "null")))
            fields = {}


def _refuse(answer: httpx.Response) -> None:
    try:
        problem = answer.json()
        sentence = problem["detail"]
    except (ValueError, KeyError, TypeError):
        problem, sentence = {}, f"The server answered {answer.status_code}."
    if answer.status_code == 401:
        raise RefusedError(
            {**problem, "detail": "Set AGENTCLUSTER_TOKEN to a valid token (agent-coordinator token create)."}
        )
    if answer.status_code >= 500:
        raise UnreachableError(sentence)
    kind = ConflictError if answer.status_code == 412 else RefusedError
    raise kind({**problem, "detail": sentence})
