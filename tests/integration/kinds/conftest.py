"""One installation for all tests of the kinds, with a second node."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from agentcluster.up.config import PROJECT
from tests.integration.kinds.rest import Rest
from tests.stack import Stack
from tests.waiting import wait_until

PEOPLE = {"olga": "operator", "otto": "operator", "vera": "viewer"}
"""Members of the project beside its owner ``admin``, and their roles."""
PATIENT = {"kind": "circuit_breaker", "match": {"agent": "act"}, "spec": {"min_calls": 1_000_000}}
"""The agent fails on purpose, again and again."""
PREPARE = f"""
from django.contrib.auth.models import User
from agentcluster.security.models import Membership, Project
from agents.registry.register import register
from tests.integration.kinds.agents import ACT
register(ACT)
project = Project.objects.order_by("pk").first()
for name, role in {PEOPLE}.items():
    Membership.objects.create(user=User.objects.create_user(name), project=project, role=role)
"""


@pytest.fixture(scope="session")
def kinds() -> Iterator[Stack]:
    # Without engines of its own, whatever the environment says; this machine's own addresses may be called.
    environment = {"LLM_ENGINES": "", "LLM_ENGINES_FILE": "", "HTTP_CLIENT_ALLOW": "127.0.0.1"}
    with Stack(environment=environment) as stack:
        stack.manage("shell", "-c", PREPARE)
        command = [sys.executable, "-m", "tests.integration.kinds.run_node"]
        with (stack.home / "second-node.log").open("ab") as log:
            second = subprocess.Popen(command, cwd=PROJECT, env=stack.environment, stdout=log, stderr=log)
        yield stack
        second.terminate()
        second.wait(timeout=20)


@pytest.fixture(scope="session")
def client(kinds: Stack) -> Iterator[httpx.Client]:
    with kinds.api() as api:
        wait_until(lambda: len(api.get("nodes").json()["results"]) == 2, 30)
        answer = api.put("policies/patient", json=PATIENT, headers={"If-Match": '"0"'})
        assert answer.status_code == 200, answer.text
        yield api


@pytest.fixture
def rest(client: httpx.Client) -> Rest:
    return Rest(client)


@pytest.fixture(scope="session")
def person(kinds: Stack) -> Iterator[Callable[[str], Rest]]:
    """Gives the API as one of ``PEOPLE`` sees it."""
    known: dict[str, Rest] = {}

    def of(name: str) -> Rest:
        if name not in known:
            known[name] = Rest.of(kinds.url, kinds.token(name))
        return known[name]

    yield of
    for each in known.values():
        each.client.close()


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """What the agent ``act`` did, one word a line."""
    path = tmp_path / "ledger"
    path.touch()
    return path


@pytest.fixture
def done(ledger: Path) -> Callable[[], list[str]]:
    """Gives the words that stand in the ledger, in order."""
    return lambda: ledger.read_text().splitlines()
