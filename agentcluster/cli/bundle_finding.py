"""Bundles by what people call them on the command line."""

from typing import Any, Final

from agentcluster.cli.client import Api
from agentcluster.cli.errors import CliError

DIGEST: Final = 64
LEAST: Final = 6


def find_bundle(api: Api, given: str) -> str:
    """Return the digest of ``name@version``, of a digest or of its beginning; ``CliError`` when that is not one bundle."""
    text = given.removeprefix("agent://").removeprefix("sha256:").lower()
    if len(text) == DIGEST:
        return text
    found = [row for row in _candidates(api, given) if _is_meant(row, given, text)]
    if not found:
        raise CliError(f"There is no bundle {given}. `agent-coordinator bundle list` lists them.")
    # Rejected content of the same version is what nobody means, unless there is nothing else.
    meant = [row for row in found if row["status"] != "rejected"] or found
    if len(meant) > 1:
        raise CliError(f"{given} is not one bundle: {', '.join(row['digest'][:12] for row in meant[:10])}.")
    digest: str = meant[0]["digest"]
    return digest


def _candidates(api: Api, given: str) -> list[dict[str, Any]]:
    name, at, _ = given.partition("@")
    return api.rows("bundles", 10_000, agent=name if at else "")


def _is_meant(row: dict[str, Any], given: str, text: str) -> bool:
    if "@" in given:
        return bool(f"{row['agent']}@{row['version']}" == given)
    return len(text) >= LEAST and str(row["digest"]).startswith(text)
