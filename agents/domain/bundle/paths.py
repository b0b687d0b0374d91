"""Which paths a bundle may hold: those that mean the same on every system, and lead nowhere but into the bundle."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from agents.domain.bundle.limits import DEPTH_MAX, NAME_MAX_BYTES, PATH_MAX

_DRIVE: Final = re.compile(r"[A-Za-z]:")
_SECRETS: Final = re.compile(
    r"(\.env(\..+)?|\.netrc|\.npmrc|\.pypirc|id_(rsa|dsa|ecdsa|ed25519)|.+\.(pem|p12|pfx|key))\Z", re.I
)
_STARTS_BY_ITSELF: Final = ("sitecustomize.py", "usercustomize.py")
_LEFTOVERS: Final = frozenset({"__pycache__", "__macosx", ".ds_store", "thumbs.db", ".git", ".hg", ".svn", ".ssh"})
_OURS: Final = frozenset({"agentcluster", "agentcluster.py"})


def fault_of(path: str) -> str:
    """Return why a path may not be in a bundle, as a sentence; empty when it may. A folder's path ends with ``/``."""
    if not path or path == "/":
        return "An entry has no name."
    if "\0" in path:
        return "The name holds a NUL byte."
    if "\\" in path:
        return "The name holds a backslash, which is a folder's border on some systems."
    if path.startswith("/"):
        return "The path is absolute: it would be written outside of the bundle."
    if _DRIVE.match(path):
        return "The path names a drive: it would be written outside of the bundle."
    return _fault_of_parts(path.removesuffix("/"))


def _fault_of_parts(path: str) -> str:
    parts = path.split("/")
    if ".." in parts:
        return "The path leads out of the bundle with “..”."
    if "" in parts or "." in parts:
        return "The path has an empty part, or one that is “.”."
    if any(not each.isprintable() or each == ":" for each in path):
        return "The name holds a colon, or a character that cannot be printed."
    if any(part != part.strip() or part.endswith(".") for part in parts):
        return "A part of the path begins or ends with a space, or ends with a dot."
    if len(path) > PATH_MAX:
        return f"The path has {len(path):,} characters; at most {PATH_MAX} are taken."
    if any(len(part.encode()) > NAME_MAX_BYTES for part in parts):
        return f"A part of the path has more than {NAME_MAX_BYTES} bytes."
    if len(parts) > DEPTH_MAX:
        return f"The path has {len(parts)} parts; at most {DEPTH_MAX} are taken."
    return ""


def forbidden(path: str) -> str:
    """Return why a file of this name is not taken, though its path is sound; empty when it is."""
    parts = path.casefold().removesuffix("/").split("/")
    for part in parts:
        if part in _LEFTOVERS:
            return f"“{part}” is a leftover of another program; leave it out."
    if parts[0] in _OURS:
        return "The name agentcluster is taken by the SDK; call the module something else."
    if parts[-1] in _STARTS_BY_ITSELF or parts[-1].endswith(".pth"):
        return "Python would run this file by itself at its start."
    if parts[-1].endswith((".pyc", ".pyo")):
        return "Compiled Python is not taken; put the source there."
    if _SECRETS.match(parts[-1]):
        return "The name says that this file holds a secret; secrets do not belong into a bundle."
    return ""


def twice(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Return paths that cannot stand beside an earlier one, each with the reason as a sentence.

    Names that differ only in case or in how accents are encoded are the same file on some systems.
    """
    seen: dict[str, str] = {}
    files: set[str] = set()
    folders: set[str] = set()
    found = []
    for path in paths:
        key = unicodedata.normalize("NFC", path).casefold()
        if key in seen and not (path.endswith("/") and seen[key] == path):
            other = seen[key]
            same = "It stands there twice." if other == path else f"It differs from “{other}” only in case or accents."
            found.append((path, same))
        seen.setdefault(key, path)
        parts = key.removesuffix("/").split("/")
        folders |= {"/".join(parts[:depth]) for depth in range(1, len(parts) + path.endswith("/"))}
        if not path.endswith("/"):
            files.add(key)
    found += [(seen.get(each, each), "It is a file and a folder at once.") for each in sorted(files & folders)]
    return found
