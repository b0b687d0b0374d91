"""Ed25519 signatures of bundles: ``agent.sig`` says which key vouches for the identity (RFC 8032).

Signed is the identity, and so the manifest and every file, but not how the zip is packed. The signature itself is no part
of what the identity covers.
"""

import base64
import binascii
import hashlib
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from agentcluster.errors import BadInputError

_CONTEXT: Final = b"agentcluster.bundle.v1\n"


class BadKeyError(BadInputError):
    """An Ed25519 public key is 32 bytes in base64, as `agent-coordinator bundle keygen` prints it."""

    code = "bad_key"


class BadSignatureFileError(ValueError):
    """``agent.sig`` is not what it should be; the message says why."""


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``agent.sig``, JSON: which key signed, and its signature of the identity in base64."""

    key_id: str
    signature: str
    algorithm: str = "ed25519"


def key_id(public_key: str) -> str:
    """Return the id of a public key: 32 hex digits of its SHA-256. Raises ``BadKeyError``."""
    return hashlib.sha256(_raw(public_key)).hexdigest()[:32]


def generate() -> tuple[bytes, str]:
    """Return a new private key (32 bytes) and its public one (base64)."""
    private = Ed25519PrivateKey.generate()
    return private.private_bytes_raw(), public_of(private.private_bytes_raw())


def public_of(private_key: bytes) -> str:
    """Return the public key (base64) of a private one (32 bytes)."""
    private = Ed25519PrivateKey.from_private_bytes(private_key)
    return base64.b64encode(private.public_key().public_bytes_raw()).decode()


def sign(identity: str, private_key: bytes) -> bytes:
    """Return the content of ``agent.sig`` for an identity."""
    private = Ed25519PrivateKey.from_private_bytes(private_key)
    signed = base64.b64encode(private.sign(_CONTEXT + identity.encode())).decode()
    return msgspec.json.encode(Signature(key_id(public_of(private_key)), signed))


def read_signature(data: bytes) -> Signature:
    """Return what ``agent.sig`` says; raises ``BadSignatureFileError``."""
    try:
        found = msgspec.json.decode(data, type=Signature)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadSignatureFileError(f"It is not JSON of the form this project writes ({error}).") from error
    if found.algorithm != "ed25519":
        raise BadSignatureFileError(f"It is of the kind “{found.algorithm[:20]}”; only ed25519 is known.")
    if len(found.key_id) != 32 or not set(found.key_id) <= set("0123456789abcdef"):
        raise BadSignatureFileError("Its key_id is not 32 hexadecimal digits.")
    try:
        if len(base64.b64decode(found.signature, validate=True)) != 64:
            raise BadSignatureFileError("Its signature is not 64 bytes long.")
    except (binascii.Error, ValueError) as error:
        raise BadSignatureFileError("Its signature is not 64 bytes in base64.") from error
    return found


def verify(identity: str, signature: Signature, public_key: str) -> bool:
    """Return whether ``public_key`` signed this identity."""
    try:
        key = Ed25519PublicKey.from_public_bytes(_raw(public_key))
        key.verify(base64.b64decode(signature.signature), _CONTEXT + identity.encode())
    except InvalidSignature:
        return False
    return True


def _raw(public_key: str) -> bytes:
    try:
        raw = base64.b64decode(public_key.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadKeyError from error
    if len(raw) != 32:
        raise BadKeyError
    return raw
