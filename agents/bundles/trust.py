"""What a signature is worth at this moment: keys come and go after bundles were uploaded."""

from enum import StrEnum
from typing import NamedTuple

from agents.bundles.models import Bundle, SigningKey
from agents.domain.bundle.signature import Signature, verify


class SignatureState(StrEnum):
    """``unknown_key``: signed by a key that is not among the trusted ones, so nothing is known."""

    TRUSTED = "trusted"
    UNKNOWN_KEY = "unknown_key"
    UNSIGNED = "unsigned"
    INVALID = "invalid"


class Trust(NamedTuple):
    """The state, and the key's id and name (empty where there is none)."""

    state: SignatureState
    key_id: str = ""
    key_name: str = ""


Keys = dict[str, SigningKey]


def keys() -> Keys:
    """Return the trusted keys by id; read once for a whole list."""
    return {key.pk: key for key in SigningKey.objects.all()}


def judge(identity: str, signature: Signature | None, trusted: Keys) -> Trust:
    """Return what a signature of this identity is worth."""
    if signature is None:
        return Trust(SignatureState.UNSIGNED)
    key = trusted.get(signature.key_id)
    if key is None:
        return Trust(SignatureState.UNKNOWN_KEY, signature.key_id)
    good = verify(identity, signature, key.public_key)
    return Trust(SignatureState.TRUSTED if good else SignatureState.INVALID, key.pk, key.name)


def trust_of(bundle: Bundle, trusted: Keys) -> Trust:
    """Return what the signature of a stored bundle is worth."""
    signed = Signature(bundle.key_id, bundle.signature) if bundle.key_id else None
    return judge(bundle.identity, signed, trusted)
