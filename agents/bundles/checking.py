"""A bundle's checks without the server: what ``bundle build`` and ``bundle check`` make, and the server makes first."""

from typing import BinaryIO

from agents.domain.bundle import Inspection, Report, inspect
from agents.domain.manifest import Manifest
from agents.registry.check import check
from agents.registry.errors import InvalidManifestError


def check_bundle(file: BinaryIO) -> Inspection:
    """Return what can be said of a zip alone, its manifest held to the rules of the registry."""
    return inspect(file, _check_manifest)


def _check_manifest(manifest: Manifest, report: Report) -> None:
    try:
        check(manifest)
    except InvalidManifestError as error:
        for fault in error.data["errors"]:
            report.fault("manifest", fault["message"], fault["field"])
