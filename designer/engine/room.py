"""How many runs a worker takes in (features E1): as many as it can hold, which a policy may say for all of them."""

import asyncio

from agents.domain.policy import Admission, PolicySet, Subject
from agents.policies import live


class Room:
    """The places for runs in one worker; the policy may change at any moment. Make it inside the running loop."""

    def __init__(self, usual: int) -> None:
        """``usual`` is how many there are where no policy says (``ENGINE_MAX_RUNS``)."""
        self._usual = usual
        self._changed = asyncio.Event()
        live.on_change(self._policies_changed)

    def close(self) -> None:
        """Heed policies no more."""
        live.forget(self._policies_changed)

    def left(self, held: int) -> int:
        """Return how many more runs may come when ``held`` are there; negative when there are too many already."""
        spec: Admission = live.spec("admission", Subject(), "entry")
        return (spec.max_runs or self._usual) - held

    def gained(self) -> None:
        """Say that a run has gone."""
        self._changed.set()

    async def changed(self, stopping: asyncio.Event) -> None:
        """Wait until there may be room again, or ``stopping``."""
        self._changed.clear()
        waiting = [asyncio.ensure_future(event.wait()) for event in (stopping, self._changed)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()

    def _policies_changed(self, _policies: PolicySet) -> None:
        self._changed.set()
