"""Which artifacts a run mentions: those its members may download through it."""

from collections.abc import Callable, Collection, Iterator
from itertools import chain
from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agentcluster.artifacts import ArtifactMissingError, ArtifactRef
from agentcluster.artifacts.reference import KEY
from agentcluster.errors import BadInputError, NotFoundError
from designer.archive.log import DIGEST
from designer.models import Run, Upload
from designer.traces.log import iterate

Wanted = Callable[[bytes], bool]

JSON: Final = "application/json"
LARGE_BYTES: Final = 8 * 1024 * 1024
"""How much of a run's large values is searched for one file."""


def find_mentioned(run: Run, digest: str) -> ArtifactRef:
    """Return the reference to ``digest`` as the run's input, output or events hold it, or a large value of theirs.

    Raises ``NotFoundError`` when the run does not mention it, ``StreamsUnavailableError`` when Redis is away.
    """
    found = mentioned(run, {digest}).get(digest)
    if found is None:
        raise NotFoundError("The run mentions no such file.")
    return found


def mentioned(run: Run, digests: Collection[str]) -> dict[str, ArtifactRef]:
    """Return, of ``digests``, those that ``find_mentioned`` finds, in one pass through the run; errors as there."""
    wanted = {*digests}
    found: dict[str, ArtifactRef] = {}
    needles = {digest.encode() for digest in wanted}

    def holds_one(data: bytes) -> bool:
        return not needles.isdisjoint(DIGEST.findall(data))

    for value in chain(_values(run, holds_one), _large_values(run, holds_one)):
        for ref in references(value):
            if ref.digest in wanted:
                found.setdefault(ref.digest, ref)
        if len(found) == len(wanted):
            break
    return found


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


def _values(run: Run, wanted: Wanted) -> Iterator[Any]:
    """Yield input, output and the events of a run that are ``wanted``; the others are not even decoded."""
    yield run.input
    yield run.output
    for entry in iterate(run.pk):
        if wanted(entry.data):
            yield msgspec.json.decode(entry.data)


def _large_values(run: Run, wanted: Wanted) -> Iterator[Any]:
    """Yield the outputs that were too large for an event (JSON in the store) and are ``wanted``, one level deep.

    Files that people gave are left out: what stands in them is their author's word, not the run's.
    """
    large = {ref.digest: ref for value in _values(run, _may_hold_large) for ref in references(value)}
    given = Upload.objects.filter(project_id=run.project_id, digest__in=large).values_list("digest", flat=True)
    seen = {ref.digest for ref in references(run.input)} | {*given}
    left = LARGE_BYTES
    for ref in large.values():
        if ref.media_type != JSON or ref.digest in seen:
            continue
        content = _read(ref, left)
        left -= len(content)
        if wanted(content):
            try:
                yield msgspec.json.decode(content)
            except msgspec.DecodeError:
                continue


def _may_hold_large(data: bytes) -> bool:
    return JSON.encode() in data


def _read(ref: ArtifactRef, limit: int) -> bytes:
    """Return the content, empty when it is longer than ``limit`` or gone."""
    try:
        if artifacts.size(ref) > limit:
            return b""
        return artifacts.read_bytes(ref)
    except ArtifactMissingError:
        return b""
