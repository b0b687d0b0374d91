"""What becomes of a message that breaks its contract: counted, kept for inspection, and an alert raised."""

import base64
import logging
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from agentcluster import subjects
from agentcluster.clock import monotonic, now_ms
from agentcluster.errors import AgentClusterError
from agentcluster.ids import new_span_id
from agentcluster.messaging import Bus
from agentcluster.streams import rejected
from agentcluster.streams.memory import Executor
from agents.contracts.formats.base import Fault
from agents.domain.contracts.binding import Binding

logger = logging.getLogger(__name__)

PREVIEW: Final = 64 * 1024
"""So many bytes of a message are kept."""
ALERT_EVERY_S: Final = 10.0
"""Of one contract and process there is at most one alert in this time; it tells how many messages it is about."""
SECRET: Final = frozenset({"authorization", "cookie"})


class Rejection(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rejected message. ``side``: ``send``, ``deliver``, or an agent's ``input`` or ``output``."""

    at: int
    contract: str
    version: str
    subject: str
    side: str
    errors: tuple[Fault, ...]
    size: int
    payload: str
    """Its first 64 KB: as text, or in Base64 when it is none."""
    encoding: str = "text"
    by: str = ""
    headers: dict[str, str] = {}


class Sent(NamedTuple):
    """The message it is about; ``by``: who sent or was to get it."""

    side: str
    subject: str
    data: bytes
    headers: Mapping[str, str]
    by: str


class Alert(msgspec.Struct, frozen=True):
    """Published on ``contract.alert.v1``: ``count`` messages were rejected since the last alert; the newest is told."""

    contract: str
    version: str
    subject: str
    side: str
    count: int
    message: str
    at: int


class Rejections:
    """Those of one process."""

    def __init__(self, bus: Bus, redis: Executor) -> None:
        """Alert on ``bus``, keep in ``redis``."""
        self._bus, self._redis = bus, redis
        self._since: dict[str, int] = {}
        self._alerted: dict[str, float] = {}

    async def keep(self, binding: Binding, faults: tuple[Fault, ...], sent: Sent, count: int = 1) -> None:
        """Count, keep and tell; a Redis or NATS that is away is logged, the message is rejected all the same.

        ``count``: so many of the contract came, of which this one is kept.
        """
        payload, encoding = _shown(sent.data[:PREVIEW])
        entry = Rejection(
            at=now_ms(),
            contract=binding.contract,
            version=binding.version,
            subject=sent.subject,
            side=sent.side,
            errors=faults,
            size=len(sent.data),
            payload=payload,
            encoding=encoding,
            by=sent.by,
            headers={name: text for name, text in sent.headers.items() if name.lower() not in SECRET},
        )
        try:
            await rejected.keep(self._redis, binding.contract, msgspec.json.encode(entry), count)
        except AgentClusterError as error:
            logger.warning("a rejected message could not be kept: %s", error.message)
        self._alert(entry, count)

    def _alert(self, entry: Rejection, more: int) -> None:
        count = self._since[entry.contract] = self._since.get(entry.contract, 0) + more
        now = monotonic()
        if now - self._alerted.get(entry.contract, -ALERT_EVERY_S) < ALERT_EVERY_S:
            return
        self._alerted[entry.contract], self._since[entry.contract] = now, 0
        first = entry.errors[0]
        message = f"{first.field or 'as a whole'}: {first.message}"
        logger.warning(
            "contract %s %s: %d messages rejected (%s, on %s): %s",
            *(entry.contract, entry.version, count, entry.side, entry.subject, message),
        )
        # Anybody may listen there, also who may not see rejected messages: a reason may repeat what was sent.
        told = f"{first.field or 'the message as a whole'} does not fit"
        alert = Alert(entry.contract, entry.version, entry.subject, entry.side, count, told, entry.at)
        trace: dict[str, Any] = {"Content-Type": "application/json", "Message-Id": new_span_id()}
        try:
            self._bus.send(subjects.CONTRACT_ALERT, msgspec.json.encode(alert), headers=trace)
        except AgentClusterError as error:
            logger.warning("an alert could not be sent: %s", error.message)


def _shown(data: bytes) -> tuple[str, str]:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return base64.b64encode(data).decode(), "base64"
    return (base64.b64encode(data).decode(), "base64") if "\0" in text else (text, "text")
