"""Publishing with the server's word that it has the message, and the stream's where one keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import nats.errors
import nats.js.errors

from agentcluster.messaging.bus import Bus
from agentcluster.messaging.errors import BusUnavailableError, MessageTooLargeError

TIMEOUT_S: Final = 5.0
MESSAGE_ID: Final = "Nats-Msg-Id"
NO_JETSTREAM: Final = (nats.errors.NoRespondersError, nats.js.errors.ServiceUnavailableError)


@dataclass(frozen=True, slots=True)
class StreamAck:
    """The message stands in ``stream`` under ``seq``; ``duplicate``: it stood there already."""

    stream: str
    seq: int
    duplicate: bool


async def publish_acked(
    bus: Bus, subject: str, data: bytes, headers: Mapping[str, str] | None = None, message_id: str = ""
) -> StreamAck | None:
    """Publish and wait: for the stream that captures ``subject`` (its acknowledgement is returned), else for the server.

    MessageTooLargeError over the server's limit. BusUnavailableError when no word comes within ``TIMEOUT_S`` seconds:
    the message may have arrived all the same; with a ``message_id`` a stream keeps only one of the repeats.
    """
    size = len(data) + sum(len(name) + len(value) + 4 for name, value in (headers or {}).items())
    if size > bus.max_payload:
        raise MessageTooLargeError(subject=subject, size=size, limit=bus.max_payload)
    sent = {**(headers or {}), **({MESSAGE_ID: message_id} if message_id else {})}
    stream = await _stream_of(bus, subject)
    if stream is None:
        await bus.publish(subject, data, headers=sent or None)
        await bus.flush()
        return None
    context = bus.client.jetstream(timeout=TIMEOUT_S)
    try:
        ack = await context.publish(subject, data, timeout=TIMEOUT_S, stream=stream, headers=sent or None)
    except (nats.errors.Error, TimeoutError, ValueError, KeyError) as error:
        raise _unavailable(subject, error) from error
    return StreamAck(ack.stream, ack.seq, bool(ack.duplicate))


async def _stream_of(bus: Bus, subject: str) -> str | None:
    try:
        return await bus.client.jetstream(timeout=TIMEOUT_S).find_stream_name_by_subject(subject)
    except nats.js.errors.NotFoundError:
        return None
    except NO_JETSTREAM:
        return None
    except (nats.errors.Error, TimeoutError) as error:
        raise _unavailable(subject, error) from error


def _unavailable(subject: str, error: BaseException) -> BusUnavailableError:
    reason = str(error) or type(error).__name__
    return BusUnavailableError(f"Nobody confirmed the message on {subject} ({reason}).", subject=subject)
