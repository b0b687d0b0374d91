"""Let nodes run a bundle."""

from django.contrib.auth.models import User
from django.db import transaction
from msgspec import convert

from agents.bundles import signals, state
from agents.bundles.access import require_decide
from agents.bundles.errors import InvalidSignatureError, NetworkNotAskedError, OwnBundleError, ZipMissingError
from agents.bundles.models import Bundle, Status
from agents.bundles.reserved import check_name
from agents.bundles.standing import locked, set_status
from agents.bundles.trust import SignatureState, keys, trust_of
from agents.bundles.zips import read
from agents.domain.bundle import BundleFile, covered
from agents.domain.manifest import Manifest
from agents.registry.register import register


def approve_bundle(
    user: User | None, digest: str, *, network: bool = False, note: str = "", replicas: int | None = None
) -> Bundle:
    """Approve a bundle and register its version; ``user`` None: the system did, by a trusted signature.

    Nobody approves what he or she uploaded, unless a trusted key signed it; superusers may. ``network`` grants what the
    manifest asks for. Nodes get it from NATS; while that is away it waits there, and nothing is lost. With ``replicas``
    whoever listens to ``bundle_approved`` deploys so many instances.

    Raises:
        NotAllowedError, OwnBundleError, UnknownBundleError, AlreadyDecidedError, InvalidSignatureError,
        NetworkNotAskedError, ZipMissingError, VersionTakenError, BundleRefusedError (the name is another agent's by now).
    """
    if user is not None:
        require_decide(user)
    with transaction.atomic():
        bundle = locked(digest)
        trust = trust_of(bundle, keys()).state
        _check(bundle, user, trust, network=network)
        if bundle.zip_removed_at is not None:
            raise ZipMissingError
        read(bundle.zip_digest)
        set_status(bundle, Status.APPROVED, user, note, network=network)
        register(convert(bundle.manifest, Manifest), covered([convert(row, BundleFile) for row in bundle.files]))
        transaction.on_commit(lambda: _tell(bundle, user, replicas))
    bundle.refresh_from_db()
    return bundle


def _check(bundle: Bundle, user: User | None, trust: SignatureState, *, network: bool) -> None:
    if trust is SignatureState.INVALID:
        raise InvalidSignatureError
    if network and not bundle.network_asked:
        raise NetworkNotAskedError
    own = user is not None and bundle.uploaded_by_id == user.pk and not user.is_superuser
    if own and trust is not SignatureState.TRUSTED:
        raise OwnBundleError
    check_name(bundle.agent)


def _tell(bundle: Bundle, user: User | None, replicas: int | None) -> None:
    granted = state.grant(bundle.identity)
    signals.bundle_approved.send_robust(
        None,
        identity=bundle.identity,
        agent=bundle.agent,
        version=bundle.version,
        user=user,
        replicas=replicas,
        network=granted.network,
        trusted=granted.trusted,
    )
