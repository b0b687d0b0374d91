"""Removing what nobody needs any more: zips of rejected bundles, zips that belong to none, old notes of refused uploads.

A bundle that was ever approved keeps its zip: what ran once can be looked at later. Of the others the row stays, with
manifest, list of files, checks and decisions; uploading the same content again brings the zip back.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from agentcluster.security import audit
from agents.bundles import zips
from agents.bundles.models import Bundle, Decision, Refusal, Status

AT_ONCE: Final = 1000
"""Bundles of one sweep; what is left goes in the next."""
REFUSALS_MAX: Final = 5_000
"""Notes of refused uploads that are kept at most, whatever their age."""
DAYS_MAX: Final = 36_500


class Swept(NamedTuple):
    """How many zips of rejected bundles, zips of no bundle and notes of refused uploads were removed."""

    rejected: int
    orphans: int
    refusals: int


def sweep() -> Swept:
    """Remove what is older than ``BUNDLE_REJECTED_DAYS``."""
    limit = timezone.now() - timedelta(days=min(settings.BUNDLE_REJECTED_DAYS, DAYS_MAX))
    due = _rejected(limit).values_list("pk", flat=True)[:AT_ONCE]
    rejected = sum(_remove(pk, limit) for pk in [*due])
    return Swept(rejected, _orphans(limit), _refusals(limit))


def _rejected(limit: datetime) -> QuerySet[Bundle]:
    approved = Decision.objects.filter(bundle=OuterRef("pk"), status=Status.APPROVED)
    rows = Bundle.objects.filter(status=Status.REJECTED, decided_at__lte=limit, zip_removed_at=None)
    return rows.exclude(Exists(approved)).order_by("decided_at")


def _remove(pk: int, limit: datetime) -> bool:
    """Remove one bundle's zip, unless it was decided anew or uploaded again since."""
    with transaction.atomic():
        bundle = _rejected(limit).select_for_update().filter(pk=pk).first()
        stored_at = zips.stored_at(bundle.zip_digest) if bundle else None
        if bundle is None or (stored_at is not None and stored_at > limit):
            return False
        zips.remove(bundle.zip_digest)
        bundle.zip_removed_at = timezone.now()
        bundle.save(update_fields=["zip_removed_at"])
        audit.announce(None, "bundle.remove_zip", bundle.digest, str(bundle), size=bundle.size)
    return True


def _orphans(limit: datetime) -> int:
    """Remove zips that no bundle names: another zip of the same content took their place, or the server ended midway."""
    removed = 0
    for digest in [*zips.stored()]:
        stored_at = zips.stored_at(digest)
        if stored_at is None or stored_at > limit:
            continue
        with transaction.atomic():
            if not Bundle.objects.filter(zip_digest=digest, zip_removed_at=None).exists():
                zips.remove(digest)
                removed += 1
    return removed


def _refusals(limit: datetime) -> int:
    newest = (
        Refusal.objects.order_by("-at", "-id").values_list("at", flat=True)[REFUSALS_MAX : REFUSALS_MAX + 1].first()
    )
    before = limit if newest is None else max(limit, newest)
    return Refusal.objects.filter(at__lte=before).delete()[0]
