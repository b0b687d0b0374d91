"""The wire types as JSON Schema; ``npm run generate`` in ``frontend/`` makes the page's TypeScript from them.

The schema of workflow documents stands in ``docs/schema`` for editors.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from agents.domain.calls import CallControl, CallReply, CallRequest
from designer.ascode.json_schema import DIALECT, workflow_schema
from designer.domain.events import Record
from designer.domain.graph import Graph, Problem

PROJECT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = PROJECT / "frontend" / "src" / "wire" / "schemas"
PUBLIC: Final = PROJECT / "docs" / "schema"

ROOMS: Final[dict[str, tuple[type, ...]]] = {
    "calls": (CallRequest, CallReply, CallControl),
    "events": (Record,),
    "graph": (Graph, Problem),
}
"""File name to the types it publishes; what those refer to comes along under ``$defs``."""


def schemas() -> dict[str, dict[str, Any]]:
    """Return each file's JSON Schema (2020-12) by file name without suffix."""
    found: dict[str, dict[str, Any]] = {}
    for name, types in ROOMS.items():
        roots, components = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
        found[name] = {"$schema": DIALECT, "title": name, "anyOf": list(roots), "$defs": components}
    return found


def public() -> dict[str, str]:
    """Return the text of what is published for everybody, by file name."""
    return {"workflow.json": _text(workflow_schema())}


def rendered() -> dict[str, str]:
    """Return the text of each file by file name: the same bytes on every machine."""
    return {f"{name}.json": _text(schema) for name, schema in schemas().items()}


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def stale(folder: Path = FOLDER, wanted: dict[str, str] | None = None) -> list[str]:
    """Return the names of files in ``folder`` that are missing, surplus or differ from what is wanted."""
    wanted = rendered() if wanted is None else wanted
    present = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))


def export(folder: Path = FOLDER, wanted: dict[str, str] | None = None) -> list[str]:
    """Bring ``folder`` up to date and return the names of the files that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = rendered() if wanted is None else wanted
    changed = stale(folder, wanted)
    for name in changed:
        if name in wanted:
            (folder / name).write_text(wanted[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return changed


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m designer.schemas [--check]``: export, or (exit code 1) name the files that have drifted."""
    parser = argparse.ArgumentParser(prog="designer.schemas", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a file has drifted")
    check = parser.parse_args(arguments).check
    work = stale if check else export
    changed = [*work(), *work(PUBLIC, public())]
    verb = "differs from the Python types" if check else "written"
    sys.stdout.write("".join(f"{name}: {verb}\n" for name in changed))
    return int(check and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
