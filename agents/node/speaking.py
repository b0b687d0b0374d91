"""What built-in agents log while they work on a call goes into the log of their instance, beside the node's own."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar

from agents.node.instance_log import InstanceLog, Stream

Say = Callable[[Stream, str], None]


def silent(stream: Stream, text: str) -> None:
    """Say nothing."""


_say: ContextVar[Say] = ContextVar("say", default=silent)


class _Listener(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say = _say.get()
        if say is silent:
            return
        stream: Stream = "stderr" if record.levelno >= logging.WARNING else "stdout"
        for line in self.format(record).splitlines():
            say(stream, line)


_listener = _Listener()


def listen() -> None:
    """Begin to hear what is logged in this process; more than once does no harm."""
    logging.getLogger().addHandler(_listener)


@contextlib.contextmanager
def speaking(say: Say) -> Iterator[None]:
    """Pass on to ``say`` what is logged meanwhile, here and in the tasks and threads that are started with this context."""
    token = _say.set(say)
    try:
        yield
    finally:
        _say.reset(token)


def into(log: InstanceLog) -> Say:
    """Return what writes into a log of the running loop from any thread."""
    loop, own = asyncio.get_running_loop(), threading.get_ident()

    def say(stream: Stream, text: str) -> None:
        if threading.get_ident() == own:
            log.write(stream, text)
        else:
            with contextlib.suppress(RuntimeError):  # the node has stopped meanwhile
                loop.call_soon_threadsafe(log.write, stream, text)

    return say
