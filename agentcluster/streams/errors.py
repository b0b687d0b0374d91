"""What can go wrong with Redis, in the words of this system; no redis-py error leaves this package."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions as redis_errors

from agentcluster.errors import AgentClusterError, BadInputError, ConflictError, UnavailableError

LOST = (redis_errors.ConnectionError, redis_errors.TimeoutError, OSError, TimeoutError)


class StreamsUnavailableError(UnavailableError):
    """Redis cannot be reached right now."""

    code = "redis_unavailable"


class CommandError(AgentClusterError):
    """Redis refused a command."""

    code = "redis_command"


class UnsafeServerError(AgentClusterError):
    """Redis is not set up to keep runs safely."""

    code = "redis_unsafe"


class RedisUrlError(BadInputError):
    """REDIS_URL is not understood: use redis://, rediss://, unix:// or sentinel://host:port,host:port/master/db."""

    code = "redis_url"


class FencedError(ConflictError):
    """Another worker owns this run now; whoever gets this must stop driving it."""

    code = "run_fenced"


class SequenceError(ConflictError):
    """The append does not follow the last entry of the run's log."""

    code = "run_sequence"


class ClosedError(ConflictError):
    """The run has ended; nothing can be appended."""

    code = "run_closed"


@contextmanager
def translated() -> Iterator[None]:
    """Turn redis-py's errors into ``StreamsUnavailableError`` and ``CommandError``."""
    try:
        yield
    except LOST as error:
        raise StreamsUnavailableError(f"Redis cannot be reached right now: {error}") from error
    except redis_errors.RedisError as error:
        raise CommandError(str(error)) from error
