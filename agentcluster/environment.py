"""Reading settings from the environment; what makes no sense is refused with the variable's name."""

import os
from math import isfinite

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
