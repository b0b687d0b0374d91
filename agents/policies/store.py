"""Sets of policies in the database, which is the truth about them."""

from typing import Final

import msgspec
from django.contrib.auth.models import User
from django.db import connections
from django.utils import timezone

from agents.domain.policy import Policy, PolicySet, digest_of
from agents.domain.policy_check import NUMBER_MAX
from agents.policies.errors import NoSuchSetError
from agents.policies.models import PolicySetVersion

_decoder: Final = msgspec.json.Decoder(tuple[Policy, ...])


def newest() -> PolicySet:
    """Return the newest set; the empty one with the number 0 when there is none."""
    row = PolicySetVersion.objects.order_by("-number").first()
    return PolicySet() if row is None else as_set(row)


def newest_for_thread() -> PolicySet:
    """Return the newest set, and close the thread's connection to the database."""
    try:
        return newest()
    finally:
        connections.close_all()


def one(number: int) -> PolicySetVersion:
    """Return the set of that number, or raise ``NoSuchSetError``."""
    row = PolicySetVersion.objects.filter(pk=number).first() if number <= NUMBER_MAX else None
    if row is None:
        raise NoSuchSetError(f"There is no set of policies with the number {number}.")
    return row


def as_set(row: PolicySetVersion) -> PolicySet:
    """Return a row as it travels."""
    at_ms = int(row.at.timestamp() * 1000)
    return PolicySet(row.number, _decoder.decode(row.document), row.by_name, at_ms, row.note)


def keep(
    policies: tuple[Policy, ...],
    *,
    number: int,
    previous: int,
    action: str,
    title: str = "",
    note: str = "",
    by: User | None = None,
) -> PolicySetVersion:
    """Write a set down; ``IntegrityError`` when the number is taken or ``previous`` has a successor already."""
    document = msgspec.json.encode(policies)
    row = PolicySetVersion(
        number=number,
        previous=previous,
        document=document.decode(),
        digest=digest_of(policies),
        count=len(policies),
        action=action,
        title=title[:128],
        note=note,
        by=by,
        by_name=by.get_username() if by else "",
        at=timezone.now(),
    )
    row.save()
    return row
