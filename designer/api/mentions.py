"""Which artifacts a run mentions: those its members may download through it."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agentcluster.artifacts import ArtifactMissingError, ArtifactRef
from agentcluster.artifacts.reference import KEY
from agentcluster.errors import BadInputError, NotFoundError
from designer.models import Run
from designer.traces.log import iterate

JSON: Final = "application/json"
LARGE_BYTES: Final = 8 * 1024 * 1024
"""How much of a run's large values is searched for one file."""


def find_mentioned(run: Run, digest: str) -> ArtifactRef:
    """Return the reference to ``digest`` as the run's input, output or events hold it, or a large value of theirs.

    Raises ``NotFoundError`` when the run does not mention it, ``StreamsUnavailableError`` when Redis is away.
    """
    for value in chain(_values(run, digest.encode()), _large_values(run, digest.encode())):
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


def _values(run: Run, needle: bytes) -> Iterator[Any]:
    """Yield the parts of a run that may mention ``needle``; an entry without it is not even decoded."""
    yield run.input
    yield run.output
    for entry in iterate(run.pk):
        if needle in entry.data:
            yield msgspec.json.decode(entry.data)


def _large_values(run: Run, needle: bytes) -> Iterator[Any]:
    """Yield the outputs that were too large for an event (JSON in the store) and mention ``needle``, one level deep.

    Files of the run's input are left out: what stands in them is their author's word, not the run's.
    """
    seen = {ref.digest for ref in references(run.input)}
    left = LARGE_BYTES
    for ref in (ref for value in _values(run, JSON.encode()) for ref in references(value)):
        if ref.media_type != JSON or ref.digest in seen:
            continue
        seen.add(ref.digest)
        content = _read(ref, left)
        left -= len(content)
        if needle in content:
            try:
                yield msgspec.json.decode(content)
            except msgspec.DecodeError:
                continue


def _read(ref: ArtifactRef, limit: int) -> bytes:
    """Return the content, empty when it is longer than ``limit`` or gone."""
    try:
        if artifacts.size(ref) > limit:
            return b""
        return artifacts.read_bytes(ref)
    except ArtifactMissingError:
        return b""
