"""Making a bundle's zip, and unpacking one where it runs. Same content, same bytes; same identity, same files."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

from agentcluster.errors import AgentClusterError
from agents.domain.bundle import limits
from agents.domain.bundle.archive import BadEntryError, chunks, read_directory
from agents.domain.bundle.inspection import inspect
from agents.domain.bundle.report import Report
from agents.domain.manifest import Manifest, canonical

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)


class BundleUnusableError(AgentClusterError):
    """The bundle is damaged, or not the one that was asked for."""

    code = "bundle_unusable"


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of files by path: sorted, without times and owners, so that the same files give the same zip."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            info = zipfile.ZipInfo(path, _LONG_AGO)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
            archive.writestr(info, files[path])
    return made.getvalue()


def unpack(file: BinaryIO, folder: Path, identity: str) -> Manifest:
    """Write the bundle of this identity into ``folder``, which is made when missing and must be empty; return its manifest.

    What is written follows from the identity alone: ``agent.yaml`` becomes the canonical manifest (JSON, which is YAML,
    too), the signature is left out, all files are readable by anyone and executable by none. Everything is checked
    again before anything is written. Raises ``BundleUnusableError`` with ``checks``.
    """
    found = inspect(file)
    if not found.ok or found.manifest is None:
        faults = [check for check in found.checks if not check.ok]
        told = f"{faults[0].path}: {faults[0].message}" if faults[0].path else faults[0].message
        raise BundleUnusableError(f"The bundle is damaged. {told}", checks=[check.message for check in faults])
    if found.identity != identity:
        raise BundleUnusableError(f"The bundle is {found.identity}, not {identity}.", found=found.identity)
    _write(file, folder, found.manifest)
    return found.manifest


def _write(file: BinaryIO, folder: Path, manifest: Manifest) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for entry in read_directory(file, Report()):
        if entry.path == limits.SIGNATURE:
            continue
        target = folder / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as written:
            try:
                for piece in [canonical(manifest)] if entry.path == limits.MANIFEST else chunks(file, entry):
                    written.write(piece)
            except BadEntryError as error:
                raise BundleUnusableError(f"{entry.path}: {error}") from error
        target.chmod(0o444)
