"""Write down that an upload was refused: what was tried is for operators to see."""

import logging
from pathlib import PurePath
from typing import Any, BinaryIO, Final

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.errors import AgentClusterError
from agentcluster.security import audit
from agents.bundles.models import Refusal
from agents.bundles.zips import digest_of
from agents.domain.bundle import Inspection
from agents.domain.bundle.report import shown

FAULTS_MAX: Final = 50
"""Failed checks that are kept of one upload."""
TEXT_MAX: Final = 500
logger = logging.getLogger(__name__)


def note_refusal(
    user: User, error: AgentClusterError, *, file: BinaryIO | None, found: Inspection | None, dry_run: bool
) -> Refusal:
    """Keep who sent what and what was found, with an audit entry; ``file`` None: it was cut off as it came."""
    manifest = found.manifest if found else None
    checks = _bounded(error.data.get("checks") or [])
    refusal = Refusal(
        by=user,
        code=error.code,
        message=shown(error.message, TEXT_MAX),
        name=shown(PurePath(getattr(file, "name", None) or "").name),
        bundle=f"{manifest.name}@{manifest.version}" if manifest else "",
        zip_digest=digest_of(file) if file else "",
        size=found.size if found else None,
        dry_run=dry_run,
        checks=checks,
    )
    failed = sorted({check["name"] for check in checks if not check["ok"]})
    with transaction.atomic():
        refusal.save()
        audit.announce(
            user, "bundle.refuse", refusal.zip_digest, str(refusal), code=error.code, checks=failed, dry_run=dry_run
        )
    logger.warning(
        "a bundle that %s sent was refused (%s: %s), SHA-256 %s",
        user.get_username(), error.code, ", ".join(failed) or "-", refusal.zip_digest or "unknown",
    )  # fmt: skip
    return refusal


def _bounded(checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the checks as databases take them; of the failed ones no more than ``FAULTS_MAX``."""
    faults = [check for check in checks if not check["ok"]][:FAULTS_MAX]
    kept = [check for check in checks if check["ok"] or check in faults]
    return [{**check, "message": shown(check["message"], TEXT_MAX), "path": shown(check["path"])} for check in kept]
