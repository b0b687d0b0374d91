"""The other half of a lock: whatever a lease protects refuses a number lower than one it has seen (features A8).

A lease alone cannot keep out a holder that slept through the end of its lease and then goes on. See M. Kleppmann,
"How to do distributed locking", 2016.
"""

from agentcluster.errors import ConflictError
from agentcluster.messaging.bucket import Bucket

TRIES = 10


class StaleFenceError(ConflictError):
    """Somebody else has taken the lock since; what the old holder still wants to do is refused."""

    code = "stale_fence"


class SharedFence:
    """Guards something that several processes change; the highest number stands in a bucket."""

    def __init__(self, bucket: Bucket, key: str) -> None:
        """Keep the number under ``key``."""
        self._bucket, self._key = bucket, key

    async def check(self, number: int) -> None:
        """Let a holder with the fencing number ``number`` pass.

        StaleFenceError when a later one was here already; BusUnavailableError when NATS does not answer.
        """
        for _ in range(TRIES):
            entry = await self._bucket.entry(self._key)
            highest = int(entry.value) if entry else 0
            _refuse_stale(number, highest)
            if number == highest:
                return
            value = str(number).encode()
            written = await (
                self._bucket.update(self._key, value, entry.revision)
                if entry
                else self._bucket.create(self._key, value)
            )
            if written is not None:
                return
        raise StaleFenceError(f"The fence {self._key} changes too often to be passed.", key=self._key)


def _refuse_stale(number: int, highest: int) -> None:
    """Raise StaleFenceError when ``number`` is lower than ``highest``."""
    if number < highest:
        raise StaleFenceError(
            f"The lock was taken by somebody else meanwhile (number {highest}); number {number} holds no longer.",
            number=number,
            highest=highest,
        )
