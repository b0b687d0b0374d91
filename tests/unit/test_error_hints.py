"""Whatever goes wrong with a step, the page knows what to do next."""

import ast
import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import agents.tools
from agentcluster.errors import AgentClusterError

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "frontend" / "src" / "i18n" / "en" / "trace.json"
NAMED_APART = {"breaker_open", "rate_limited", "contract_broken", "overloaded"}
"""Codes of failed steps that stand in a constant where they are raised."""


def codes() -> set[str]:
    for module in pkgutil.walk_packages(agents.tools.__path__, "agents.tools."):
        importlib.import_module(module.name)
    found: set[str] = set()
    todo: list[type[AgentClusterError]] = [AgentClusterError]
    while todo:
        error = todo.pop()
        todo += error.__subclasses__()
        if error.__module__.startswith("agents.tools."):
            found.add(error.code)
    return found


def codes_of_calls() -> Iterator[str]:
    """Yield the codes that nodes, gateways and the engine give failed calls."""
    for folder in ("agents", "designer"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "CallError":
                    code = node.args[0] if node.args else None
                    if isinstance(code, ast.Constant):
                        yield str(code.value)


def hints() -> set[str]:
    return set(json.loads(CATALOGUE.read_text(encoding="utf-8"))["error"]["hint"])


def test_every_error_of_an_agent_has_a_hint() -> None:
    assert codes() - hints() == set()


def test_every_failed_call_has_a_hint() -> None:
    found = {*codes_of_calls()}
    assert {"memory_limit", "agent_crashed", "no_bid", "node_lost"} <= found
    assert (found | NAMED_APART) - hints() == set()
