"""Bundles for tests: a folder as a zip, with another name or other limits."""

import io
from pathlib import Path
from typing import Any

import msgspec
import yaml

from agents.domain.bundle import Inspection, inspect, pack
from agents.domain.manifest import Manifest
from agents.domain.placement import Deployment

HOSTILE = Path(__file__).parent / "hostile"


class Bundle:
    """A bundle and what is known of it; it is its own source."""

    def __init__(self, files: dict[str, bytes], **changes: Any) -> None:
        given = yaml.safe_load(files["agent.yaml"])
        limits = {**given.get("limits", {}), **changes.pop("limits", {})}
        self._take(pack({**files, "agent.yaml": msgspec.json.encode({**given, "limits": limits, **changes})}))

    @classmethod
    def of_zip(cls, data: bytes) -> "Bundle":
        one = cls.__new__(cls)
        one._take(data)
        return one

    def _take(self, data: bytes) -> None:
        self.data = data
        self.found: Inspection = inspect(io.BytesIO(data))
        assert self.found.ok, [check for check in self.found.checks if not check.ok]
        self.fetched = 0

    @property
    def manifest(self) -> Manifest:
        assert self.found.manifest is not None
        return self.found.manifest

    def deployment(self, **fields: Any) -> Deployment:
        return Deployment(self.manifest.name, self.manifest.version, self.found.identity, 1, **fields)

    async def fetch(self, identity: str) -> bytes | None:
        self.fetched += 1
        return self.data if identity == self.found.identity else None


def from_folder(folder: Path, **changes: Any) -> Bundle:
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return Bundle({name: data for name, data in files.items() if "__pycache__" not in name}, **changes)


def of_code(code: str, **changes: Any) -> Bundle:
    """Return a bundle with one module, whose function is called ``run``."""
    manifest = {
        "name": "coded",
        "version": "1.2.0",
        "title": "Coded",
        "description": "A test.",
        "capabilities": ["test"],
        "intent": {"input": {"type": "object"}, "output": {"type": "object"}},
        "entry_point": "coded:run",
    }
    return Bundle({"agent.yaml": msgspec.json.encode(manifest), "coded.py": code.encode()}, **changes)
