"""``policy apply``: policies in a file against those in force."""

import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import yaml
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK, CliError
from agentcluster.cli.output import console, print_json
from agentcluster.cli.run_steer import Json

FILE_MAX: Final = 1024 * 1024
Note = Annotated[str, typer.Option("--note", help="Why, for the history")]
File = Annotated[
    str, typer.Option("--file", "-f", help="YAML or JSON: one policy, a list, or {policies: […]}; - reads it here")
]


def apply(
    *,
    file: File,
    prune: Annotated[bool, typer.Option("--prune", help="Delete policies that the file does not have")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check, and say what would change")] = False,
    note: Note = "",
    as_json: Json = False,
) -> int:
    """Create or replace the policies of a file, all or none. To apply it again changes nothing.

    Exit codes: 0 done or nothing to do, 2 something does not validate, 3 somebody changed the policies meanwhile.

    Example: agent-coordinator policy apply -f policies.yaml --note "Slower for partners"
    """
    given = _read(file)
    with Api(installation.find()) as api:
        now = api.get("policies")
        wanted = _merged(now["policies"], given, prune=prune)
        before, after = _by_name(now["policies"]), _by_name(wanted)
        changes = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        checked = api.post("policies/check", {"policies": wanted})
        if not checked["ok"]:
            raise CliError(
                f"{checked['faults'][0]['field']}: {checked['faults'][0]['message']}", errors=checked["faults"]
            )
        if changes and not dry_run:
            now = api.change("PUT", "policies", {"policies": wanted, "note": note}, now["number"])
    if as_json:
        print_json({"number": now["number"], "changed": changes, "warnings": checked["warnings"]})
        return OK
    for name in changes:
        word = "added" if name not in before else "removed" if name not in after else "changed"
        console.print(Text(f"{name}: {'would be ' if dry_run else ''}{word}"))
    console.print(Text(f"set {now['number']} is in force" if changes and not dry_run else "nothing was changed"))
    return OK


def _read(file: str) -> list[Any]:
    """Return the policies of a file; ``CliError`` for what is none."""
    try:
        content = sys.stdin.read(FILE_MAX + 1) if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(f"{file} cannot be read: {error}.", field="--file") from error
    if len(content) > FILE_MAX:
        raise CliError(f"{file} is larger than {FILE_MAX:,} characters.", field="--file")
    try:
        found = yaml.safe_load(content)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise CliError(f"{file} is no YAML: {error}", field="--file") from error
    if isinstance(found, dict):
        found = found.get("policies", [found])
    if not isinstance(found, list) or not all(isinstance(each, dict) and "name" in each for each in found):
        raise CliError(f"{file} must hold a policy with a name, a list of them, or {{policies: […]}}.", field="--file")
    return found


def _merged(now: list[Any], given: list[Any], *, prune: bool) -> list[Any]:
    """Return the policies there are, with those of the file in their places; new ones at the end."""
    if prune:
        return [_plain(each) for each in given]
    named = {each["name"]: each for each in given}
    kept = [_plain(named.pop(each["name"], each)) for each in now]
    return kept + [_plain(each) for each in given if each["name"] in named]


def _plain(policy: dict[str, Any]) -> dict[str, Any]:
    return {"match": {}, "spec": {}, "enabled": True, "note": "", **policy}


def _by_name(policies: list[Any]) -> dict[str, Any]:
    return {str(each["name"]): _plain(each) for each in policies}
