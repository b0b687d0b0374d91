"""Take in a bundle: checked, stored once, quarantined until somebody approves it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, NamedTuple

import msgspec
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from agentcluster.errors import AgentClusterError
from agentcluster.security import audit
from agents.bundles import zips
from agents.bundles.access import require_upload
from agents.bundles.actions.approve_bundle import approve_bundle
from agents.bundles.actions.note_refusal import note_refusal
from agents.bundles.checking import check_bundle
from agents.bundles.errors import BundleRefusedError, TooManyChecksError
from agents.bundles.models import Bundle, Status
from agents.bundles.reserved import name_fault
from agents.bundles.trust import SignatureState, Trust, judge, keys, trust_of
from agents.domain.bundle import Check, Inspection
from agents.domain.bundle.report import TITLES
from agents.models import AgentVersion
from agents.registry.errors import VersionTakenError

AT_ONCE: Final = 2
"""Bundles checked at a time in a process: each costs about a second of CPU for 128 MB."""
WAIT_S: Final = 10.0
RETRY_S: Final = 10
_turns: Final = threading.BoundedSemaphore(AT_ONCE)
_WORTH: Final = {
    SignatureState.TRUSTED: "It is signed with the trusted key “{0.key_name}”.",
    SignatureState.UNKNOWN_KEY: "It is signed with the key {0.key_id}, which is not among the trusted ones.",
    SignatureState.UNSIGNED: "It is not signed.",
    SignatureState.INVALID: "The signature was not made by the key “{0.key_name}” it names: the content was changed.",
}
_ZIP_FIELDS: Final = ("zip_digest", "size", "file_count", "files", "checks", "zip_removed_at")
_FIELDS: Final = {"agent_name": "/name", "version": "/version"}


class Taken(NamedTuple):
    """The bundle, and whether it is new; after a dry run it is not stored and has no ``pk``."""

    bundle: Bundle
    created: bool


def upload_bundle(user: User, file: BinaryIO, *, dry_run: bool = False) -> Taken:
    """Check a zip and store it; the same content again gives the bundle that is there.

    With the setting ``BUNDLES_APPROVE_SIGNED`` one that a trusted key has signed is approved at once, without network.
    Raises ``NotAllowedError``, ``BundleRefusedError`` and ``VersionTakenError`` (both with ``checks``: every check
    made), ``TooManyChecksError``. What is refused is noted, a dry run, too: who sent it, its digest and the checks.
    Nothing of the bundle is run or unpacked to disk.
    """
    require_upload(user)
    with _turn():
        found = check_bundle(file)
    trust, checks = _judged(found)
    try:
        _refuse_faulty(found, checks)
    except AgentClusterError as error:
        note_refusal(user, error, file=file, found=found, dry_run=dry_run)
        raise
    bundle = _as_row(found, checks, user)
    if dry_run:
        return Taken(bundle, created=False)
    bundle.zip_digest = zips.digest_of(file)
    known = Bundle.objects.filter(digest=bundle.digest).first()
    taken = Taken(_renewed(known, bundle, file, user, trust), False) if known else _create(bundle, file, user)
    if settings.BUNDLES_APPROVE_SIGNED and trust.state is SignatureState.TRUSTED:
        return taken._replace(bundle=_approved(taken.bundle, trust))
    return taken


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=WAIT_S):
        raise TooManyChecksError(retry_after=RETRY_S)
    try:
        yield
    finally:
        _turns.release()


def _judged(found: Inspection) -> tuple[Trust, list[Check]]:
    """Return what the signature is worth, and the checks with those that need the registry."""
    checks = [*found.checks]
    if found.manifest is None:
        return Trust(SignatureState.UNSIGNED), checks
    trust = judge(found.identity, found.signature, keys())
    told = Check("signature", trust.state is not SignatureState.INVALID, _WORTH[trust.state].format(trust))
    checks = [told if check.name == "signature" else check for check in checks]
    for name, fault in (("agent_name", name_fault(found.manifest.name)), ("version", _version_fault(found))):
        checks.append(Check(name, not fault, fault or f"{TITLES[name]}.", _FIELDS[name] if fault else ""))
    return trust, checks


def _version_fault(found: Inspection) -> str:
    if found.manifest is None:
        return ""
    name, version = found.manifest.name, found.manifest.version
    registered = AgentVersion.objects.filter(agent__name=name, version=version).exclude(identity=found.identity)
    others = Bundle.objects.filter(agent=name, version=version).exclude(digest=found.identity.rpartition(":")[2])
    if registered.exists() or others.exclude(status=Status.REJECTED).exists():
        return f"{name}@{version} is there with other content; give the new content a new version number."
    return ""


def _refuse_faulty(found: Inspection, checks: list[Check]) -> None:
    faults = [check for check in checks if not check.ok]
    if not faults:
        return
    told = [msgspec.to_builtins(check) for check in checks]
    first = f"{faults[0].path}: {faults[0].message}" if faults[0].path else faults[0].message
    if {fault.name for fault in faults} == {"version"}:
        raise VersionTakenError(faults[0].message, offered=found.identity, checks=told)
    more = f" {len(faults) - 1:,} more are listed." if len(faults) > 1 else ""
    raise BundleRefusedError(f"The bundle was refused. {first}{more}", checks=told)


def _as_row(found: Inspection, checks: list[Check], user: User) -> Bundle:
    if found.manifest is None:
        raise BundleRefusedError
    return Bundle(
        digest=found.identity.rpartition(":")[2],
        agent=found.manifest.name,
        version=found.manifest.version,
        manifest=msgspec.to_builtins(found.manifest),
        size=found.size,
        file_count=len(found.files),
        files=msgspec.to_builtins(found.files),
        checks=msgspec.to_builtins(checks),
        key_id=found.signature.key_id if found.signature else "",
        signature=found.signature.signature if found.signature else "",
        uploaded_by=user,
    )


def _create(bundle: Bundle, file: BinaryIO, user: User) -> Taken:
    try:
        with transaction.atomic():
            zips.keep(file)
            bundle.save()
            audit.announce(user, "bundle.upload", bundle.digest, str(bundle), size=bundle.size, key=bundle.key_id)
    except IntegrityError as error:
        # Somebody else uploaded it, or another content of this version, in the same moment.
        known = Bundle.objects.filter(digest=bundle.digest).first()
        if known is None:
            raise VersionTakenError(offered=bundle.identity) from error
        return Taken(known, created=False)
    return Taken(bundle, created=True)


def _renewed(known: Bundle, offered: Bundle, file: BinaryIO, user: User, trust: Trust) -> Bundle:
    """Return the bundle that is there: a zip that is gone comes back, a signature that is worth more becomes its own.

    Only these are written: what somebody decided about the bundle in the meantime stands.
    """
    with transaction.atomic():
        known = Bundle.objects.select_for_update().get(pk=known.pk)
        fields: tuple[str, ...] = ()
        if trust.state is SignatureState.TRUSTED and trust_of(known, keys()).state is not SignatureState.TRUSTED:
            fields = (*_ZIP_FIELDS, "key_id", "signature")
            audit.announce(user, "bundle.sign", known.digest, str(known), key=offered.key_id)
        elif known.zip_removed_at is not None or not zips.intact(known.zip_digest):
            fields = _ZIP_FIELDS
            audit.announce(user, "bundle.upload", known.digest, str(known), size=offered.size, key=offered.key_id)
        if fields:
            # The sweep holds the row, too: it does not remove what is kept here.
            zips.keep(file)
            for name in fields:
                setattr(known, name, getattr(offered, name))
            known.save(update_fields=fields)
    return known


def _approved(bundle: Bundle, trust: Trust) -> Bundle:
    if bundle.status != Status.QUARANTINED or bundle.decided_at is not None:
        return bundle
    return approve_bundle(None, bundle.digest, note=f"Signed with the trusted key “{trust.key_name}”.")
