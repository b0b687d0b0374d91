"""The last set in a file, for a process that starts while NATS and the database are away."""

import logging
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from agents.domain.policy import PolicySet
from agents.domain.policy_check import read_set

logger = logging.getLogger(__name__)
NAME: Final = "policies.json"


def load(home: Path) -> PolicySet | None:
    """Return the set that was kept below ``home``; None when there is none that can be read."""
    try:
        return read_set((home / NAME).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        logger.warning("the kept policies in %s cannot be used: %s", home / NAME, error)
        return None


def save(home: Path, policies: PolicySet) -> None:
    """Keep a set unless that one stands there already; a failure is logged, no more. Processes may do this at once."""
    document = msgspec.json.encode(policies)
    temporary = ""
    try:
        with suppress(FileNotFoundError):
            if (home / NAME).read_bytes() == document:
                return
        home.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=NAME, dir=home)
        with os.fdopen(handle, "wb") as file:
            file.write(document)
        os.replace(temporary, home / NAME)
    except OSError as error:
        logger.warning("the policies cannot be kept in %s: %s", home, error)
        with suppress(OSError):
            os.unlink(temporary)
