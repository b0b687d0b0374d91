"""What was looked at in a bundle, and what was found: every fault, not just the first."""

from typing import Final

import msgspec

TOLD_MAX: Final = 20
"""Faults of one check that are told; of the rest only the number."""

TITLES: Final = {
    "archive": "The zip can be read",
    "encryption": "Nothing in it is encrypted",
    "entries": "It holds no more files than allowed",
    "paths": "Every path stays inside the bundle",
    "file_types": "It holds files and folders only, no links or devices",
    "duplicates": "No path stands there twice",
    "forbidden_files": "No file has a name that is not taken",
    "unpacked_size": "Unpacked it is no larger than allowed",
    "contents": "Every file is what the zip says",
    "manifest": "agent.yaml is valid",
    "entry_point": "The entry point's module is in the bundle",
    "identity": "The identity was computed",
    "signature": "The signature",
    "agent_name": "The name is free, or belongs to a bundle",
    "version": "The version is free, or has this content",
}
"""Every check by its name, in the order they are told, with what it means when it passes."""


class Check(msgspec.Struct, frozen=True):
    """The outcome of one check: ``path`` is the file at fault (or a JSON pointer into the manifest), empty for none."""

    name: str
    ok: bool
    message: str
    path: str = ""


class Report:
    """Gathers the outcomes."""

    def __init__(self) -> None:
        """Begin with nothing looked at."""
        self._faults: dict[str, list[Check]] = {}
        self._passed: dict[str, Check] = {}

    @property
    def ok(self) -> bool:
        """Whether no fault was found so far."""
        return not self._faults

    def fault(self, name: str, message: str, path: str = "") -> None:
        """Note a fault."""
        self._faults.setdefault(name, []).append(Check(name, False, message, shown(path)))

    def passed(self, name: str, message: str = "") -> None:
        """Note that a check was made; it counts as passed unless a fault of it is noted, too."""
        self._passed[name] = Check(name, True, message or f"{TITLES[name]}.")

    def failed(self, *names: str) -> bool:
        """Return whether one of these checks found a fault."""
        return any(name in self._faults for name in names)

    def checks(self) -> list[Check]:
        """Return what was found, check by check; what could not be looked at is left out."""
        told: list[Check] = []
        for name in TITLES:
            faults = self._faults.get(name, [])
            told += faults[:TOLD_MAX]
            if len(faults) > TOLD_MAX:
                told.append(Check(name, False, f"And {len(faults) - TOLD_MAX:,} more of this kind."))
            if not faults and name in self._passed:
                told.append(self._passed[name])
        return told


def shown(text: str, most: int = 250) -> str:
    """Return a path or another text as it can be shown and stored: without control characters, and no longer than ``most``."""
    safe = "".join(each if each.isprintable() else "\ufffd" for each in text[: most + 1])
    return safe if len(safe) <= most else f"{safe[: most - 1]}…"
