"""Webhook secrets at rest: sealed with a key derived from ``SECRET_KEY``; several are valid while they are rotated."""

import base64
import secrets
import time
from typing import Final

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

from designer.triggers.errors import SecretsUnreadableError

PREFIX: Final = "whsec_"
BYTES: Final = 32
MOST: Final = 3
"""So many secrets are valid at a time at most."""


class Secret(msgspec.Struct, frozen=True):
    """A secret as people copy it (``whsec_…``), and until when it is valid (seconds since 1970; 0: for good)."""

    text: str
    until: float = 0

    @property
    def key(self) -> bytes:
        """The bytes that sign."""
        return base64.b64decode(self.text.removeprefix(PREFIX))


def new_secret() -> Secret:
    """Return a fresh secret of 256 random bits."""
    return Secret(PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode())


def seal(kept: list[Secret]) -> str:
    """Return the secrets as encrypted text."""
    return _box().encrypt(msgspec.json.encode(kept)).decode()


def unseal(sealed: str) -> list[Secret]:
    """Return the secrets that are valid now, the newest first; raises ``SecretsUnreadableError``."""
    if not sealed:
        return []
    try:
        kept = msgspec.json.decode(_box().decrypt(sealed.encode()), type=list[Secret])
    except (InvalidToken, msgspec.MsgspecError) as error:
        raise SecretsUnreadableError from error
    now = time.time()
    return [secret for secret in kept if not secret.until or secret.until > now]


def rotated(kept: list[Secret], keep_s: float) -> tuple[list[Secret], Secret]:
    """Return the secrets with a new one in front, and it; the others stay valid for ``keep_s`` seconds at most."""
    fresh, end = new_secret(), time.time() + keep_s
    others = [Secret(each.text, min(each.until or end, end)) for each in kept] if keep_s > 0 else []
    return [fresh, *others][:MOST], fresh


def _box() -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _derived(secret_key: str | bytes) -> bytes:
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"agentcluster.triggers.secrets")
    return base64.urlsafe_b64encode(derive.derive(force_bytes(secret_key)))
