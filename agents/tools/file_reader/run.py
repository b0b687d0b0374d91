"""``file-reader``: what is in this file?"""

import os
from pathlib import Path
from typing import Any, Final

from agentcluster import artifacts
from agents.tools.context import CallContext
from agents.tools.encodings import detect
from agents.tools.errors import BadValueError, FileMissingError, ToolError
from agents.tools.files import media_type, open_file, reference

TEXT_LIMIT: Final = 32 * 1024
MAX_BYTES: Final = 2 * 1024**3
FOLDERS: Final = "FILE_READER_FOLDERS"


class PathNotAllowedError(ToolError):
    """This path is not inside a folder that the node may read."""

    code = "path_not_allowed"


def run(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Return the file's reference, its text when small, encoding, size (bytes), media type and name."""
    ref = _from_folder(input["path"]) if input.get("path") else _uploaded(input)
    with open_file(ref, "/file") as file:
        encoding = detect(iter(lambda: file.read(1024 * 1024), b""))
    context.raise_if_over()
    return {
        "file": ref.to_value(),
        "text": _text(ref, encoding),
        "encoding": encoding,
        "size": ref.size,
        "media_type": ref.media_type,
        "name": ref.name,
    }


def _uploaded(input: dict[str, Any]) -> artifacts.ArtifactRef:
    if input.get("file") is None:
        raise BadValueError("Give a file, or the path of one on the node.", field="/file")
    return reference(input["file"], "/file")


def _from_folder(path: str) -> artifacts.ArtifactRef:
    folders = [Path(each).resolve() for each in os.environ.get(FOLDERS, "").split(os.pathsep) if each]
    if not folders:
        raise PathNotAllowedError(f"This node reads no folders; set {FOLDERS} to allow some.", field="/path")
    # An absolute path replaces the folder it is joined to; links are resolved before the comparison.
    candidates = [(folder, (folder / path).resolve()) for folder in folders]
    inside = [target for folder, target in candidates if target.is_relative_to(folder)]
    if not inside:
        raise PathNotAllowedError(f"'{path}' is not inside a folder that the node may read.", field="/path")
    found = next((target for target in inside if target.is_file()), None)
    if found is None:
        raise FileMissingError(f"There is no file '{path}' on the node.", field="/path")
    with found.open("rb") as file:
        return artifacts.put_stream(file, media_type(found.name), found.name, MAX_BYTES)


def _text(ref: artifacts.ArtifactRef, encoding: str | None) -> str | None:
    if encoding is None or ref.size > TEXT_LIMIT:
        return None
    return artifacts.read_bytes(ref).decode(encoding, "replace")
