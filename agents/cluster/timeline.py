"""A recorded timeline of how an observer sees the nodes, for labs and for operators who ask "when did you notice?".

    python -m agents.cluster.timeline --nats nats://10.0.0.1:4222 --seconds 60 --out timeline.jsonl

Each line is a ``Moment``: a node's health as it changed, or its missed beats as they passed.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable
from typing import Final

import msgspec

from agentcluster.clock import monotonic, now_ms
from agentcluster.messaging import connect
from agents.cluster.view import ClusterView
from agents.domain.health import BEAT_S

LOOK_S: Final = 0.1
JITTER_S: Final = 0.5
"""Beats come so much early or late."""


class Moment(msgspec.Struct, frozen=True):
    """``at_s``: seconds since the recording began; ``silent_s``: since the node's last beat came."""

    at_s: float
    at_ms: int
    node: str
    name: str
    health: str
    """``active``, ``unreachable``, ``failed``, or ``left``."""
    silent_s: float
    missed: int
    """Beats that should have come since the last one."""


class Timeline:
    """Watches a view and keeps every change of a node's health; ``tell`` gets each moment as it happens."""

    def __init__(self, view: ClusterView, tell: Callable[[Moment], None] | None = None) -> None:
        """Record what ``view`` (started by the caller) sees, from ``run`` on."""
        self.moments: list[Moment] = []
        self._view, self._tell = view, tell
        self._began_s = monotonic()
        self._last: dict[str, Moment] = {}

    async def run(self) -> None:
        """Record until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_S)

    def look(self) -> None:
        """Note what has changed since the last look."""
        at_s, wall_ms = round(monotonic() - self._began_s, 2), now_ms()
        seen = {node.node_id: node for node in self._view.nodes()}
        for node_id, node in seen.items():
            before = self._last.get(node_id)
            if before is None or before.health != node.status.value:
                silent_s = node.age_ms / 1000
                missed = int((silent_s + JITTER_S) // BEAT_S)
                self._note(Moment(at_s, wall_ms, node_id, node.name, node.status.value, silent_s, missed))
        for node_id in self._last.keys() - seen.keys():
            gone = self._last[node_id]
            if gone.health != "left":
                self._note(Moment(at_s, wall_ms, node_id, gone.name, "left", 0.0, 0))

    def of(self, name: str) -> list[Moment]:
        """Return the moments of the node of this name."""
        return [moment for moment in self.moments if moment.name == name]

    def _note(self, moment: Moment) -> None:
        self.moments.append(moment)
        self._last[moment.node] = moment
        if self._tell is not None:
            self._tell(moment)


async def record(url: str, seconds: float, tell: Callable[[Moment], None]) -> list[Moment]:
    """Record for so many seconds; BusUnavailableError when NATS is not there at the start."""
    async with await connect(url, "timeline") as bus:
        view = ClusterView(bus)
        await view.start()
        timeline = Timeline(view, tell)
        try:
            await asyncio.wait_for(timeline.run(), seconds)
        except TimeoutError:
            pass
        finally:
            await view.stop()
        return timeline.moments


def main() -> None:
    """Read the options, record, write a JSON object a line."""
    parser = argparse.ArgumentParser(description="Record when the nodes' health changes, as seen from here.")
    parser.add_argument("--nats", required=True, help="nats://host:port, several separated by commas")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--out", type=argparse.FileType("w", encoding="utf-8"), default=sys.stdout)
    options = parser.parse_args()

    def write(moment: Moment) -> None:
        options.out.write(msgspec.json.encode(moment).decode() + "\n")
        options.out.flush()

    asyncio.run(record(options.nats, options.seconds, write))


if __name__ == "__main__":
    main()
