"""Which version a call gets that names none (features C9, ready for canaries): the same in every worker, for every attempt.

A policy's shares hold first. Without one the deployments' weights do, from the newest version down: each takes its per
cent of what the newer ones have left. With neither, all go to the newest.
"""

import logging
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from agentcluster.messaging import Bucket, Bus, Watch
from agentcluster.subjects import PLACEMENT
from agents.domain.placement import WANTED, Deployment
from agents.domain.semver import newest

logger = logging.getLogger(__name__)

_decoder: Final = msgspec.json.Decoder(Deployment)
_WHOLE: Final = 2**32


def by_shares(shares: Mapping[str, int], live: Sequence[str], key: str) -> str:
    """Return the version for ``key`` by ``shares`` among those that are ``live``; empty when none of these has a share."""
    ordered = [(version, share) for version, share in sorted(shares.items()) if version in live and share > 0]
    at = _place(key) * sum(share for _, share in ordered)
    for version, share in ordered:
        at -= share
        if at < 0:
            return version
    return ordered[-1][0] if ordered else ""


def by_deployments(weights: Mapping[str, int], live: Sequence[str], key: str) -> str:
    """Return the version for ``key``, from the newest down; empty when none may be used: the newest then is."""
    left = {*live}
    at = _place(key)
    last = ""
    while left:
        version = newest(left)
        left.discard(version)
        share = weights.get(version, 100) / 100
        if share <= 0:
            continue
        last = version
        if at < share:
            return version
        at = (at - share) / (1 - share)
    return last


def _place(key: str) -> float:
    """Return where ``key`` lies between 0 and 1."""
    return zlib.crc32(key.encode()) / _WHOLE


class DeploymentWeights:
    """The weights of the deployments, by agent and version; only those below 100. ``changed`` is called after a change."""

    def __init__(self, bus: Bus) -> None:
        """Follow the bucket of placement from now on."""
        self._of: dict[str, tuple[str, str, int]] = {}
        self.by_agent: dict[str, dict[str, int]] = {}
        self.changed: Callable[[], None] = lambda: None
        self._watch = Watch(Bucket(bus, PLACEMENT), WANTED, self._on_entry)

    async def stop(self) -> None:
        """Follow no longer."""
        await self._watch.stop()

    def _on_entry(self, key: str, value: bytes | None, _: bool) -> None:
        self._of.pop(key, None)
        if value is not None:
            try:
                wanted = _decoder.decode(value)
            except msgspec.MsgspecError as error:
                logger.warning("the deployment %s cannot be read: %s", key, error)
            else:
                if wanted.weight != 100:
                    self._of[key] = (wanted.agent, wanted.version, wanted.weight)
        found: dict[str, dict[str, int]] = {}
        for agent, version, weight in self._of.values():
            found.setdefault(agent, {})[version] = weight
        if found != self.by_agent:
            self.by_agent = found
            self.changed()
