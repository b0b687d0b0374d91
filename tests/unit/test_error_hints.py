"""Whatever a built-in agent says went wrong, the page knows what to do next."""

import importlib
import json
import pkgutil
from pathlib import Path

import agents.tools
from agentcluster.errors import AgentClusterError

CATALOGUE = Path(__file__).parents[2] / "frontend" / "src" / "i18n" / "en" / "trace.json"


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


def test_every_error_of_an_agent_has_a_hint():
    hints = json.loads(CATALOGUE.read_text(encoding="utf-8"))["error"]["hint"]
    assert codes() - hints.keys() == set()
