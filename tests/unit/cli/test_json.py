"""``--json`` is on every command: answers are JSON on standard output, errors JSON on standard error, usage errors too."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from agentcluster.cli.main import app, main


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command that does something, with the words that call it."""
    below = getattr(command, "commands", {})
    if not below or command.invoke_without_command:
        yield path, command
    for name, each in below.items():
        yield from commands(each, (*path, name))


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_has_it(path: tuple[str, ...]) -> None:
    options = {option for parameter in ALL[path].params for option in parameter.opts}
    assert "--json" in options


@pytest.mark.parametrize(
    "given",
    [
        ("nodes", "--jsn", "--json"),
        ("nodse", "--json"),
        ("dlq", "show", "--json"),
        ("dlq", "list", "--limit", "many", "--json"),
        ("dlq", "list", "--limit", "--json"),
        ("runs", "signl", "--json"),
        ("--json", "nodes"),
    ],
    ids=" ".join,
)
def test_usage_errors_are_json_then(given: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(given))
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    problem = json.loads(said.err)
    assert problem["code"] == "usage"
    assert problem["detail"].endswith((".", "?"))
    assert problem["usage"].startswith("agent-coordinator")


@pytest.mark.parametrize("group", ["runs", "approvals"])
def test_before_the_command_it_is_refused(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([group, "--json", "list"])
    assert f"{group} list --json" in json.loads(capsys.readouterr().err)["detail"]


def test_without_it_they_are_shown_with_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["nodes", "--jsn"])
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert "--jsn" in said.err
    assert "Usage:" in said.err


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["nodes", "--help", "--json"])
    assert ended.value.code == 0
    assert "Usage:" in capsys.readouterr().out
