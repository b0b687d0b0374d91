"""Identifiers: sortable random ids for runs and traces, content hashes for agents and artifacts."""

import hashlib
import os
import time
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH: Final = 26


def new_id() -> str:
    """Return a 26-character lower-case ULID (https://github.com/ulid/spec): 48 bits of ms, 80 random bits."""
    return _ulid(time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10), "big"))


def first_id_of(ms: int) -> str:
    """Return the lowest id that ``new_id`` can give at a moment (ms since 1970): all ids made before are lower."""
    return _ulid(ms, 0)


def ms_of(run_id: str) -> int:
    """Return when (ms since 1970) ``new_id`` gave this id; 0 for what is none."""
    return sum(_ALPHABET.index(each) << (5 * place) for place, each in enumerate(run_id[9::-1])) if is_id(run_id) else 0


def _ulid(ms: int, random: int) -> str:
    value = (ms << 80) | random
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -5, -5))


def is_id(text: str) -> bool:
    """Say whether a text has the form ``new_id`` gives; anything else need not be looked for."""
    return len(text) == _LENGTH and set(text) <= set(_ALPHABET)


def new_trace_id() -> str:
    """Return a W3C trace id: 32 hex digits."""
    return os.urandom(16).hex()


def new_span_id() -> str:
    """Return a W3C span id: 16 hex digits."""
    return os.urandom(8).hex()


def sha256_of(data: bytes) -> str:
    """Return ``sha256:<64 hex>``, the digest form of artifacts and agent content."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
