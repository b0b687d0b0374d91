"""docker-compose.yml as Docker would read it, with its services' commands run by hand on this machine."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from agentcluster.up import embedded
from agentcluster.up.config import PROJECT

APP = ("web", "worker", "jobs", "node", "beat", "triggers", "gateway")


def load() -> dict[str, Any]:
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text())


def interpolate(text: str, variables: dict[str, str]) -> str:
    """Replace ``${NAME:-default}`` and ``${NAME:?message}`` as Compose does."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found["name"], found["kind"], found["rest"]
        if variables.get(name):
            return variables[name]
        assert kind == ":-", f"{name} is missing: {rest}"
        return rest

    return re.sub(r"\$\{(?P<name>\w+)(?P<kind>:[-?])(?P<rest>[^}]*)\}", value, text)


def env_file() -> dict[str, str]:
    """Return the variables of a fresh ``sh deploy/env.sh > .env``."""
    made = subprocess.run(["sh", "deploy/env.sh"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in made.splitlines())


@dataclass
class Machine:
    """Where this machine has what the compose file calls by service name, as text to replace."""

    replace: dict[str, str]
    variables: dict[str, str] = field(default_factory=env_file)
    health: dict[str, int] = field(default_factory=dict)

    def here(self, text: str) -> str:
        for there, here in self.replace.items():
            text = text.replace(there, here)
        return interpolate(text, self.variables)

    def of(self, name: str, service: dict[str, Any]) -> dict[str, Any]:
        """Return a service as it is on this machine, where all share one address: its health has a port of its own."""
        port = self.health.setdefault(name, embedded.free_port())
        text = json.dumps(service)
        found: dict[str, Any] = json.loads(text.replace(":9000/", f":{port}/").replace('"9000"', f'"{port}"'))
        return found

    def environment(self, service: dict[str, Any]) -> dict[str, str]:
        given = {name: self.here(str(value)) for name, value in service["environment"].items()}
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, **given}

    def command(self, arguments: list[str]) -> list[str]:
        program, *rest = [self.here(argument) for argument in arguments]
        return [sys.executable if program == "python" else program, *rest]

    def start(self, service: dict[str, Any], log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as out:
            return subprocess.Popen(
                self.command(service["command"]), cwd=PROJECT, env=self.environment(service), stdout=out, stderr=out
            )

    def run(self, service: dict[str, Any], arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(arguments),
            cwd=PROJECT,
            env=self.environment(service),
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
