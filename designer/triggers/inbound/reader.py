"""Reads for one trigger: each event becomes a firing in a thread, then it is acknowledged."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple, Protocol

from django.db import DatabaseError

from agentcluster.clock import monotonic
from agentcluster.envelope import Message
from agentcluster.errors import AgentClusterError
from agentcluster.messaging import Bus
from agentcluster.messaging.inbound import InboundMessage, InboundSubject, Verdict
from agentcluster.streams.inbound import Inbound, InboundStream
from agentcluster.tasks import end
from agents.contracts.errors import ContractUnavailableError, MessageBrokenError
from agents.contracts.guard import Guard
from agents.domain.policy import Admission, Subject
from agents.policies import live
from designer.triggers import events, kinds, payload
from designer.triggers.errors import BrokenContractError, MalformedEventError
from designer.triggers.fire import fire, note
from designer.triggers.inbound.groups import group_of
from designer.triggers.models import Outcome, Trigger

logger = logging.getLogger(__name__)

TRIES: Final = 3
"""An event that was refused so often is written down and given up."""
COUNT: Final = 20
CLAIM_S: Final = 3.0
PAUSE_S: Final = 1.0
_POISON: Final = "This event made the listener fail; its log says why."
InThread = Callable[[Callable[[], Any]], Awaitable[Any]]


class Reader(Protocol):
    """Reads until ``stop``."""

    async def stop(self) -> None:
        """Read no more; what is not acknowledged goes to others."""


class Outside(NamedTuple):
    """What readers read from; ``contracts`` hold messages on NATS to what their subjects promise."""

    bus: Bus | None
    redis_url: str
    contracts: Guard | None = None


def reader_of(trigger: Trigger, outside: Outside, name: str, in_thread: InThread) -> Reader:
    """Return a reader that has begun; ``name`` is this process's."""
    bus, redis_url, contracts = outside
    config = kinds.of(trigger.kind, trigger.config)
    if isinstance(config, kinds.NatsConfig):
        assert bus is not None, "subjects are read only once there is a connection"
        return SubjectReader(trigger, config, bus, in_thread, contracts)
    assert isinstance(config, kinds.StreamConfig)
    return StreamReader(
        trigger, config, InboundStream(redis_url, config.key, _group(trigger, config.key), name), in_thread
    )


class SubjectReader:
    """Messages on a NATS subject."""

    def __init__(
        self,
        trigger: Trigger,
        config: kinds.NatsConfig,
        bus: Bus,
        in_thread: InThread,
        contracts: Guard | None = None,
    ) -> None:
        """Begin to read."""
        self._trigger, self._config, self._in_thread, self._contracts = trigger, config, in_thread, contracts
        group = _group(trigger, config.subject)
        self._inbound = InboundSubject(
            bus, config.subject, group, trigger.enabled_at, self._handle, max_ack_pending=_max_ack_pending
        )
        self._dropped = 0

    async def stop(self) -> None:
        """Read no more."""
        await self._inbound.stop()

    async def _handle(self, message: InboundMessage) -> Verdict:
        last = message.deliveries >= TRIES or not message.durable
        try:
            opened = await self._opened(message)
        except ContractUnavailableError as error:
            logger.warning("trigger %s: a message waits: %s", self._trigger.pk, error.message)
            return Verdict.AGAIN
        verdict = await _fired(self._in_thread, self._trigger, lambda: self._event(message, opened), message.key, last)
        await self._tell_dropped()
        return verdict

    async def _opened(self, message: InboundMessage) -> Message[Any] | MessageBrokenError | None:
        """Return the message as its contract says, or how it breaks it; None: its subject has no contract."""
        if self._contracts is None:
            return None
        try:
            by = f"trigger {self._trigger.pk}"
            return await self._contracts.open(message.subject, message.data, message.headers, by)
        except MessageBrokenError as error:
            return error

    def _event(self, message: InboundMessage, opened: Message[Any] | MessageBrokenError | None) -> events.Event:
        if isinstance(opened, MessageBrokenError):
            raise BrokenContractError(opened.message)
        body = payload.decode(message.data, self._config.format) if opened is None else payload.checked(opened.payload)
        return events.published(message.subject, message.key, body, message.headers)

    async def _tell_dropped(self) -> None:
        count = self._inbound.dropped - self._dropped
        if count and self._inbound.idle:
            self._dropped = self._inbound.dropped
            message = f"{count} messages came faster than runs can be started and were dropped."
            event = events.Event(events.new_key("dropped"))
            await self._in_thread(lambda: note(self._trigger, event, Outcome.REFUSED, "too_many_messages", message))


class StreamReader:
    """Entries of a Redis stream."""

    def __init__(
        self, trigger: Trigger, config: kinds.StreamConfig, stream: InboundStream, in_thread: InThread
    ) -> None:
        """Begin to read."""
        self._trigger, self._config, self._stream, self._in_thread = trigger, config, stream, in_thread
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Read no more; entries in hand go to others."""
        await end(self._task)
        await self._stream.close()

    async def _run(self) -> None:
        claim = monotonic()
        while True:
            try:
                if monotonic() >= claim:
                    claim = monotonic() + CLAIM_S
                    await self._take(await self._stream.claim(COUNT))
                    await self._stream.forget_dead()
                await self._take(await self._stream.read(COUNT))
            except AgentClusterError as error:
                logger.warning("the stream %s cannot be read: %s", self._config.key, error.message)
                await asyncio.sleep(PAUSE_S)

    async def _take(self, entries: list[Inbound]) -> None:
        settled = await asyncio.gather(*(self._handle(entry) for entry in entries))
        await self._stream.acknowledge(
            [entry.entry_id for entry, verdict in zip(entries, settled, strict=True) if verdict is not Verdict.AGAIN]
        )

    async def _handle(self, entry: Inbound) -> Verdict:
        last = entry.deliveries >= TRIES
        return await _fired(self._in_thread, self._trigger, lambda: self._event(entry), self._key(entry), last)

    def _event(self, entry: Inbound) -> events.Event:
        fields = {payload.decode(name, "text"): payload.decode(value, "text") for name, value in entry.fields.items()}
        body: Any = fields
        if self._config.format == "json":
            if self._config.field not in fields:
                raise MalformedEventError(f"The entry has no field “{self._config.field}”.")
            body = payload.decode(fields[self._config.field].encode(), "json")
        return events.appended(self._key(entry), self._config.key, entry.entry_id, fields, body)

    def _key(self, entry: Inbound) -> str:
        return f"{self._config.key}/{entry.entry_id}"


async def _fired(
    in_thread: InThread, trigger: Trigger, event: Callable[[], events.Event], key: str, last: bool
) -> Verdict:
    """Fire, and say what is to become of the message; ``last``: a refusal now is final."""
    try:
        return Verdict(await in_thread(lambda: _fire(trigger.pk, event, key, last)))
    except (AgentClusterError, DatabaseError) as error:
        logger.warning("trigger %s: an event waits: %s", trigger.pk, error)
    except Exception:
        logger.exception("trigger %s: an event could not be handled", trigger.pk)
        if last:
            poison = events.Event(key or events.new_key("poison"))
            await in_thread(lambda: note(trigger, poison, Outcome.REFUSED, "internal", _POISON))
            return Verdict.NEVER
    return Verdict.AGAIN


def _fire(trigger_id: str, make: Callable[[], events.Event], key: str, last: bool) -> Verdict:
    rows = Trigger.objects.select_related("workflow__project", "run_as")
    trigger = rows.filter(pk=trigger_id, enabled=True).first()
    if trigger is None:
        return Verdict.AGAIN  # it was switched off or deleted in this moment; its consumer keeps the event, or goes too
    try:
        event = make()
    except MalformedEventError as error:
        # What cannot be read today cannot be read tomorrow; one look is enough.
        note(trigger, events.Event(key or events.new_key("malformed")), Outcome.REFUSED, error.code, error.message)
        return Verdict.NEVER
    firing = fire(trigger, event, final=last)
    if firing.outcome == Outcome.RETRYING:
        return Verdict.AGAIN
    return Verdict.DONE if firing.outcome == Outcome.STARTED else Verdict.NEVER


def _group(trigger: Trigger, place: str) -> str:
    return group_of(trigger.pk, place)


def _max_ack_pending() -> int:
    spec: Admission = live.spec("admission", Subject(), "entry")
    return spec.max_ack_pending
