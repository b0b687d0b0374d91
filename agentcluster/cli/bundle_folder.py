"""From a folder to a bundle: which files go in, and what ``agent.yaml`` says once the code was asked."""

import fnmatch
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from agentcluster.cli.errors import CliError
from agentcluster.sdk import DeclarationError, describe
from agents.bundles.checking import check_bundle
from agents.domain.bundle import Inspection, limits, pack
from agents.domain.bundle.plain_yaml import BadYamlError, read
from agents.domain.bundle.signature import sign

IGNORE: Final = ".bundleignore"
LEFT_OUT: Final = (
    *("__pycache__", "*.pyc", "*.pyo", ".git", ".hg", ".svn", ".gitignore", ".DS_Store", "Thumbs.db", "__MACOSX"),
    *(".venv", "venv", "node_modules", ".*_cache", ".idea", ".vscode", IGNORE, limits.SIGNATURE),
)
"""What is never packed; ``.bundleignore`` names more, one pattern a line."""
FROM_CODE: Final = ("name", "version", "title", "description", "capabilities", "intent")
"""Fields that the decorator, the annotations and the docstring give when ``agent.yaml`` leaves them out."""


def gather(folder: Path) -> dict[str, bytes]:
    """Return the files that belong into the bundle, by path; ``CliError`` names what cannot be read or is a link."""
    if not (folder / limits.MANIFEST).is_file():
        raise CliError(f"There is no {limits.MANIFEST} in {folder}; `agent-coordinator bundle init` makes an example.")
    patterns = [*LEFT_OUT, *_ignored(folder)]
    files: dict[str, bytes] = {}
    total = 0
    try:
        for path in _walk(folder, folder, patterns):
            files[path.relative_to(folder).as_posix()] = data = path.read_bytes()
            total += len(data)
            if total > limits.UNPACKED_MAX_BYTES or len(files) > limits.FILES_MAX:
                most = f"{limits.UNPACKED_MAX_BYTES // 1024**2} MB in {limits.FILES_MAX:,} files"
                raise CliError(
                    f"{folder} is larger than a bundle may be ({most}). Name what is not needed in {IGNORE}."
                )
    except OSError as error:
        raise CliError(f"{error.filename} cannot be read: {error.strerror}.") from error
    return files


def build(folder: Path, private_key: bytes | None) -> tuple[bytes, Inspection]:
    """Return a folder's bundle, signed when a key is given, and what the checks found in it."""
    files = gather(folder)
    files[limits.MANIFEST] = complete(folder, files[limits.MANIFEST])
    data = pack(files)
    found = check_bundle(io.BytesIO(data))
    if private_key is not None and found.ok:
        data = pack({**files, limits.SIGNATURE: sign(found.identity, private_key)})
        found = check_bundle(io.BytesIO(data))
    return data, found


def complete(folder: Path, text: bytes) -> bytes:
    """Return ``agent.yaml`` with the fields it leaves out taken from the code, which is imported for that.

    One that leaves out nothing stays as it is, and the code is not touched; so does one that cannot be read, for the
    checks to say why.
    """
    try:
        given = read(text.decode())
    except (BadYamlError, UnicodeDecodeError):
        return text
    if not isinstance(given, dict) or not given.get("entry_point") or all(name in given for name in FROM_CODE):
        return text
    try:
        said = describe(folder, str(given["entry_point"]))
    except DeclarationError as error:
        missing = ", ".join(name for name in FROM_CODE if name not in given)
        raise CliError(f"{limits.MANIFEST} leaves out {missing}, and the code cannot be asked: {error}") from error
    for name in ("name", "version"):
        if name in given and given[name] != said[name]:
            where = f"{limits.MANIFEST} says {given[name]}, {given['entry_point']} says {said[name]}"
            raise CliError(f"The {name} is not the same everywhere: {where}.", field=f"/{name}")
    return _written({**said, **given})


def _written(manifest: dict[str, Any]) -> bytes:
    text: str = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=120)
    return text.encode()


def _ignored(folder: Path) -> list[str]:
    try:
        lines = (folder / IGNORE).read_text().splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(f"{folder / IGNORE} cannot be read.") from error
    return [line.strip().rstrip("/") for line in lines if line.strip() and not line.startswith("#")]


def _walk(root: Path, folder: Path, patterns: list[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        inside = path.relative_to(root).as_posix()
        if any(fnmatch.fnmatchcase(path.name, each) or fnmatch.fnmatchcase(inside, each) for each in patterns):
            continue
        if path.is_symlink():
            raise CliError(f"{path} is a symbolic link; bundles hold none. Put the file itself there.")
        if path.is_dir():
            yield from _walk(root, path, patterns)
        elif path.is_file():
            yield path
        else:
            raise CliError(f"{path} is neither a file nor a folder.")
