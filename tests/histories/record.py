"""Plays runs of every kind of node and writes their logs down: ``python -m tests.histories.record [name …]``.

A history that is there already is never written again: today's code must read what yesterday's wrote. Each holds
``graph``, ``subgraphs`` by version id, ``records`` (the first ``taken`` of which are another run's) and what they come
to (``expected``, in the engine's words).
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from designer.domain.events import Record
from tests.histories import calling, containers, undoing, waiting  # noqa: F401 - they gather themselves
from tests.histories.playing import (
    SCENARIOS,
    SUBPLANS,
)
from tests.unit.designer.play import Player

FOLDER = Path(__file__).parent


def written(played: Player) -> dict[str, Any]:
    settled = ("completed", "failed", "skipped", "cancelled", "compensated")
    open_too = not played.run.terminal
    steps = {step: state.status for step, state in played.run.steps.items() if open_too or state.status in settled}
    taken = {"taken": played.taken} if played.taken else {}
    return taken | {
        "graph": msgspec.to_builtins(played.plan.graph),
        "subgraphs": {key: msgspec.to_builtins(inner) for key, inner in SUBPLANS.items()},
        "records": [msgspec.to_builtins(record) for record in recorded(played)],
        "expected": {"status": played.run.status, "steps": {"start": "completed", **steps}},
    }


def recorded(played: Player) -> list[Record]:
    return played.records()


def main(names: list[str]) -> None:
    for name in names or SCENARIOS:
        path = FOLDER / f"{name}.json"
        if not path.exists():
            path.write_text(
                json.dumps(written(SCENARIOS[name]()), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
            )
            sys.stdout.write(f"{path.name} written\n")


if __name__ == "__main__":
    main(sys.argv[1:])
