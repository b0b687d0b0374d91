"""``run "<instruction>"``: words become a plan of the agents that run, which is shown, agreed to and started."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.text import Text

from agentcluster.cli import given_input
from agentcluster.cli.client import Api
from agentcluster.cli.errors import CliError
from agentcluster.cli.output import console, errors
from agentcluster.cli.workflow import confirm


@dataclass(frozen=True, slots=True)
class Instruction:
    """What was asked for in words, and what the run begins with: values, and files by the input they are for."""

    words: str
    project: str
    values: dict[str, Any]
    files: dict[str, Path]


def read(words: str, project: str, *, files: Sequence[str], pairs: Sequence[str], document: str) -> Instruction:
    """Return an instruction with its inputs: a text stays a text, JSON objects and lists are read."""
    values = given_input.document(document)
    for pair in pairs:
        name, text = given_input.named(pair)
        values[name] = _value(text)
    return Instruction(words, project, values, dict(_file(given) for given in files))


def plan(api: Api, given: Instruction) -> dict[str, Any]:
    """Return the plan; only the names of files are told for it."""
    files = {name: {"$artifact": {"name": path.name}} for name, path in given.files.items()}
    made: dict[str, Any] = api.post("plans", _body(given, {**given.values, **files}))
    return made


def show(plan: dict[str, Any]) -> None:
    """Print what a plan does, step by step."""
    console.print(Text(plan["explanation"]), soft_wrap=True)
    for problem in plan["problems"]:
        errors.print(Text(f"Note: {problem['message']}", style="yellow"), soft_wrap=True)


def start(
    api: Api, given: Instruction, plan: dict[str, Any], *, yes: bool, key: str = "", **more: Any
) -> dict[str, Any]:
    """Upload the files, and run the plan that was shown; ``CliError`` where an input is missing, or the answer is no."""
    files = {**_found_here(given, plan["input_schema"]), **given.files}
    confirm("Run it?", yes=yes)
    uploaded = {name: api.upload(path, plan["project"]["slug"]) for name, path in files.items()}
    body = {**_body(given, {**given.values, **uploaded}), "digest": plan["digest"], **more}
    started: dict[str, Any] = api.post("plans/runs", body, key=key or str(uuid4()))
    return started


def _body(given: Instruction, value: dict[str, Any]) -> dict[str, Any]:
    return {"instruction": given.words, "input": value, **({"project": given.project} if given.project else {})}


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict | list) else text


def _file(given: str) -> tuple[str, Path]:
    name, equals, path = given.partition("=")
    return (name, Path(path)) if equals and not Path(given).exists() else ("file", Path(given))


def _found_here(given: Instruction, schema: dict[str, Any]) -> dict[str, Path]:
    """Return the files that the instruction names, where they are; ``CliError`` for what else is missing."""
    found: dict[str, Path] = {}
    for name in schema["required"]:
        if name in given.values or name in given.files:
            continue
        field = schema["properties"][name]
        if field.get("x-type") != "file":
            raise CliError(f"The plan begins with the input {name}: give it with --input {name}=…", field="--input")
        path = Path(field["title"]).expanduser()
        if not path.is_file():
            raise CliError(f"The plan begins with the file {field['title']}, which is not here: give --file <path>.")
        found[name] = path
    return found
