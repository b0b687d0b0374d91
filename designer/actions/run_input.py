"""Is this input what the workflow asks for? Told field by field, before a run exists."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agentcluster.artifacts.reference import KEY
from agentcluster.security.models import Project
from agents.domain.schema_check import check, pointer, with_defaults
from designer.actions.errors import InputTooLargeError, InvalidInputError
from designer.actions.file_references import references_in, replaced, resolve
from designer.domain.apart import set_apart
from designer.models import Upload

INPUT_LIMIT: Final = 1024 * 1024
"""What all inputs of a run may have together, as JSON; larger data is uploaded."""


def checked_input(schema: dict[str, Any], value: Any, project: Project) -> dict[str, Any]:
    """Return the input with defaults filled in and file references as they were uploaded.

    Fields too large for an event are kept apart: they stand in the artifact store, references in their place.

    Raises:
        InputTooLargeError: it is larger than ``INPUT_LIMIT``.
        InvalidInputError: a field is missing, has the wrong type, or names a file the project does not have.
    """
    if not isinstance(value, dict):
        raise InvalidInputError([_error("", "must be an object with a value for each input", "type")])
    filled: dict[str, Any] = with_defaults(schema, value)
    if len(msgspec.json.encode(filled)) > INPUT_LIMIT:
        raise _too_large(filled)
    not_files = list(_not_files(schema, filled))
    fields = {each["field"] for each in not_files}
    misfits = [_error(each.pointer, each.message, each.code) for each in check(schema, filled)]
    errors = not_files + [each for each in misfits if not any(each["field"].startswith(field) for field in fields)]
    known, unknown = resolve([*references_in(filled, "/input")], project)
    if errors or unknown:
        raise InvalidInputError(errors + unknown)
    return _apart({key: replaced(entry, known) for key, entry in filled.items()} if known else filled)


def whole_input(value: dict[str, Any], project: Project) -> dict[str, Any]:
    """Return the input of a run of ``project`` as it was given: what was kept apart is back in its place (not so files).

    Raises ``ArtifactMissingError`` when it is gone.
    """
    refs = {name: entry[KEY] for name, entry in value.items() if _may_be_apart(name, entry)}
    digests = {ref["digest"] for ref in refs.values()}
    uploaded = {*Upload.objects.filter(project=project, digest__in=digests).values_list("digest", flat=True)}
    back = {name: ref["digest"] for name, ref in refs.items() if ref["digest"] not in uploaded}
    return {**value, **{name: msgspec.json.decode(artifacts.read_bytes(digest)) for name, digest in back.items()}}


def _may_be_apart(name: str, entry: Any) -> bool:
    ref = entry.get(KEY) if isinstance(entry, dict) else None
    return isinstance(ref, dict) and (ref.get("media_type"), ref.get("name")) == ("application/json", f"{name}.json")


def _apart(value: dict[str, Any]) -> dict[str, Any]:
    found = set_apart("input", value)
    if not isinstance(found, tuple):
        return value
    kept, apart = found
    for data in apart.values():
        artifacts.put_bytes(data, "application/json")
    return {**kept}


def _too_large(value: dict[str, Any]) -> InputTooLargeError:
    sizes = {name: len(msgspec.json.encode(entry)) for name, entry in value.items()}
    largest = max(sizes, key=lambda name: sizes[name])
    message = (
        f"is {sizes[largest]:,} bytes long; all inputs together may have {INPUT_LIMIT:,}. "
        "Upload large data (POST /api/v1/artifacts) and pass the reference to it"
    )
    error = _error(pointer([largest]), message, "too_large")
    return InputTooLargeError(f"{error['field']}: {message}.", errors=[error], limit=INPUT_LIMIT)


def _not_files(schema: dict[str, Any], value: dict[str, Any]) -> Iterator[dict[str, str]]:
    for name, field in schema.get("properties", {}).items():
        wants_file = isinstance(field, dict) and field.get("x-type") == "file"
        if wants_file and name in value and not (isinstance(value[name], dict) and KEY in value[name]):
            message = "must be a file: upload it (POST /api/v1/artifacts) and pass the `ref` of the answer"
            yield _error(pointer([name]), message, "file")


def _error(field: str, message: str, code: str) -> dict[str, str]:
    return {"field": f"/input{field}", "message": message, "code": code}
