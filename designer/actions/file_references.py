"""References to files in data that people and programs give: only to files that are theirs to give.

A reference is all that reading a file takes, so whoever writes down one of another project must not get any further.
"""

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agentcluster.artifacts import ArtifactMissingError, ArtifactRef
from agentcluster.artifacts.reference import KEY
from agentcluster.errors import BadInputError
from agentcluster.security.models import Project
from agents.domain.schema_check import pointer
from designer.actions.mentions import mentioned
from designer.actions.run_errors import InvalidDataError
from designer.models import Run, Upload

JSON: Final = "application/json"
NESTED_BYTES: Final = 32 * 1024 * 1024
"""Of a JSON file: a larger one is never put in the place of its reference (``agents.node.claims``)."""

Found = tuple[str, dict[str, Any]]
FieldErrors = list[dict[str, str]]
Known = dict[str, ArtifactRef]


def known_files(data: Any, run: Run, field: str = "/data") -> Any:
    """Return data given to a run with its file references as they are known: uploaded to the project, or the run's own.

    Raises ``InvalidDataError`` for any other, ``StreamsUnavailableError`` when Redis is away.
    """
    found = [*references_in(data, field)]
    if not found:
        return data
    known, errors = resolve(found, run.project, run)
    if errors:
        raise InvalidDataError(errors)
    return replaced(data, known)


def references_in(value: Any, at: str = "") -> Iterator[Found]:
    """Yield what stands as a file reference in a JSON value, well-formed or not, with the JSON Pointer to it."""
    if isinstance(value, dict):
        if KEY in value:
            yield at, value
        for key, entry in value.items():
            yield from references_in(entry, at + pointer([key]))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from references_in(entry, f"{at}/{index}")


def resolve(references: list[Found], project: Project, run: Run | None = None) -> tuple[Known, FieldErrors]:
    """Return the references by digest as they are known, and the errors of the others, by field.

    Known is what was uploaded to the project, and what ``run`` mentions.
    """
    errors: FieldErrors = []
    given: list[tuple[str, ArtifactRef]] = []
    for field, value in references:
        try:
            given.append((field, ArtifactRef.from_value(value)))
        except BadInputError as error:
            errors.append({"field": field, "message": error.message, "code": error.code})
    known = _known({reference.digest for _, reference in given}, project, run)
    names = {reference.digest: reference.name for _, reference in given if reference.name}
    for field, reference in given:
        why = _why_not(reference, known, project, run)
        if why:
            errors.append({"field": field, "message": why, "code": "unknown_artifact"})
    return {
        digest: msgspec.structs.replace(ref, name=names.get(digest) or ref.name) for digest, ref in known.items()
    }, errors


def replaced(value: Any, known: Known) -> Any:
    """Return the value with each of its references, all of them ``known``, as it is known."""
    if isinstance(value, dict):
        if KEY in value:
            return known[value[KEY]["digest"]].to_value()
        return {key: replaced(entry, known) for key, entry in value.items()}
    if isinstance(value, list):
        return [replaced(entry, known) for entry in value]
    return value


def _known(digests: set[str], project: Project, run: Run | None) -> Known:
    if not digests:
        return {}  # most inputs name no file, and even a query that is not made has to be put together
    uploads = Upload.objects.filter(project=project, digest__in=digests)
    known = {
        each.digest: ArtifactRef(digest=each.digest, size=each.size, media_type=each.media_type, name=each.name)
        for each in uploads
    }
    left = digests - known.keys()
    return {**known, **mentioned(run, left)} if run is not None and left else known


def _why_not(reference: ArtifactRef, known: Known, project: Project, run: Run | None) -> str:
    """Return a sentence when the file, or one that a JSON file refers to, is not known; else nothing."""
    name = reference.name or "The file"
    if reference.digest not in known:
        if run is None:
            return f"{name} was not uploaded to the project “{project.name}”; upload it first (POST /api/v1/artifacts)"
        return (
            f"{name} was not uploaded to the project “{project.name}”, nor does the run mention it; "
            "upload it first (POST /api/v1/artifacts)"
        )
    if known[reference.digest].media_type != JSON:
        return ""
    inside = _unknown_inside(reference.digest, project, run)
    return f"{name} refers to a file that was not uploaded to the project “{project.name}” ({inside})" if inside else ""


def _unknown_inside(digest: str, project: Project, run: Run | None) -> str:
    """Return a digest that stands as a reference in a JSON file, or in JSON files among these, and is not known.

    What stands in a file that a run made is the run's word; only in uploaded ones it is anybody's.
    """
    waiting = {digest} & {*Upload.objects.filter(project=project, digest=digest).values_list("digest", flat=True)}
    seen: set[str] = set()
    while waiting:
        seen |= waiting
        inner = {each for file in waiting for each in _references_of(file)}
        digests = {each for each, _ in inner}
        unknown = digests - _known(digests, project, run).keys()
        if unknown:
            return min(unknown)
        waiting = {each for each, media_type in inner if media_type == JSON} - seen
    return ""


def _references_of(digest: str) -> frozenset[tuple[str, str]]:
    try:
        return _references_in_file(digest)
    except ArtifactMissingError:
        return frozenset()


@lru_cache(maxsize=1024)
def _references_in_file(digest: str) -> frozenset[tuple[str, str]]:
    """Return digest and media type of each reference in a JSON file; raises ``ArtifactMissingError``."""
    if artifacts.size(digest) > NESTED_BYTES:
        return frozenset()
    try:
        content = msgspec.json.decode(artifacts.read_bytes(digest))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return frozenset()
    found: set[tuple[str, str]] = set()
    for _, value in references_in(content):
        with suppress(BadInputError):
            reference = ArtifactRef.from_value(value)
            found.add((reference.digest, reference.media_type))
    return frozenset(found)
