"""Which artifacts a run mentions: those its members may download through it."""

from collections.abc import Iterator
from typing import Any

import msgspec

from agentcluster.artifacts import ArtifactRef
from agentcluster.artifacts.reference import KEY
from agentcluster.errors import BadInputError, NotFoundError
from agentcluster.streams.blocking import iterate_log
from designer.engine.redis import shared_client
from designer.models import Run


def find_mentioned(run: Run, digest: str) -> ArtifactRef:
    """Return the reference to ``digest`` as the run's input, output or events hold it.

    Raises ``NotFoundError`` when the run does not mention it, ``StreamsUnavailableError`` when Redis is away.
    """
    for value in _values(run, digest):
        for ref in references(value):
            if ref.digest == digest:
                return ref
    raise NotFoundError("The run mentions no such file.")


def references(value: Any) -> Iterator[ArtifactRef]:
    """Yield every artifact reference in a JSON value, at any depth."""
    if isinstance(value, dict):
        if KEY in value:
            try:
                yield ArtifactRef.from_value(value)
            except BadInputError:
                return
        for entry in value.values():
            yield from references(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from references(entry)


def _values(run: Run, digest: str) -> Iterator[Any]:
    """Yield the parts of a run that may mention ``digest``; an entry without its bytes is not even decoded."""
    yield run.input
    yield run.output
    needle = digest.encode()
    for entry in iterate_log(shared_client(), run.pk):
        if needle in entry.data:
            yield msgspec.json.decode(entry.data)
