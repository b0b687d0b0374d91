"""Reading settings from the environment; what makes no sense is refused with the variable's name."""

import os
from collections.abc import Sequence
from math import isfinite
from typing import Final

from django.core.exceptions import ImproperlyConfigured


def listed(name: str, default: str = "") -> list[str]:
    """Return the items of a list separated by commas."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def count(name: str, default: str, least: int) -> int:
    """Return a whole number from ``least`` on."""
    given = os.environ.get(name) or default
    if not given.isdigit() or int(given) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} on; it is “{given}”.")
    return int(given)


def seconds(name: str, default: str) -> float:
    """Return a time in seconds, more than 0."""
    given = os.environ.get(name) or default
    try:
        number = float(given)
    except ValueError:
        number = 0.0
    if not isfinite(number) or number <= 0:
        raise ImproperlyConfigured(f"{name} must be a number of seconds above 0; it is “{given}”.")
    return number


YES: Final = ("1", "true", "yes", "on")
NO: Final = ("0", "false", "no", "off")


def flag(name: str) -> bool:
    """Return whether it is switched on; it is off where it is not set."""
    given = os.environ.get(name, "").strip().lower() or "0"
    if given not in YES + NO:
        raise ImproperlyConfigured(f"{name} must be 1 (on) or 0 (off); it is “{given}”.")
    return given in YES


def choice(name: str, allowed: Sequence[str], default: str) -> str:
    """Return one of ``allowed``, in lower case."""
    given = (os.environ.get(name) or default).strip().lower()
    if given not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}; it is “{given}”.")
    return given
