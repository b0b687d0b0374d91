"""What placement, the registry and the designer ask about bundles."""

from typing import NamedTuple

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat

from agents.bundles.models import Bundle, Status
from agents.bundles.trust import SignatureState, keys, trust_of
from agents.models import AgentVersion

_SCHEME = "agent://sha256:"


class Grant(NamedTuple):
    """What a deployment of a bundle may have: the network, and nodes without a sandbox."""

    network: bool
    trusted: bool


def find(identity: str) -> Bundle | None:
    """Return the bundle of an identity; None when the version is no bundle (or none that was uploaded)."""
    return Bundle.objects.filter(digest=identity.removeprefix(_SCHEME)).first()


def allowed(identity: str) -> bool:
    """Return whether instances of this version may be placed: a bundle only when it is approved at this moment."""
    bundle = find(identity)
    if bundle is not None:
        return bundle.status == Status.APPROVED
    manifest = AgentVersion.objects.filter(identity=identity).values_list("manifest", flat=True).first()
    return manifest is not None and manifest.get("runtime", "builtin") != "bundle"


def grant(identity: str) -> Grant:
    """Return what a deployment of this version may have; nothing for what is not allowed."""
    bundle = find(identity)
    if bundle is None or bundle.status != Status.APPROVED:
        return Grant(network=False, trusted=False)
    trusted = trust_of(bundle, keys()).state is SignatureState.TRUSTED
    return Grant(network=bundle.network_granted and bundle.network_asked, trusted=trusted)


def statuses(identities: list[str]) -> dict[str, str]:
    """Return the status of the bundle of each identity that has one."""
    digests = [identity.removeprefix(_SCHEME) for identity in identities]
    rows = Bundle.objects.filter(digest__in=digests).values_list("digest", "status")
    return {f"{_SCHEME}{digest}": status for digest, status in rows}


def usable(versions: QuerySet[AgentVersion]) -> QuerySet[AgentVersion]:
    """Leave out the versions whose bundle was withdrawn after it had been approved."""
    withdrawn = Bundle.objects.exclude(status=Status.APPROVED).values(uri=Concat(Value(_SCHEME), F("digest")))
    return versions.exclude(identity__in=withdrawn)
