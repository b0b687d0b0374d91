"""Memory as people write it: ``512Mi``, ``4Gi``."""

import re
from typing import Final

from agentcluster.errors import BadInputError

MIN_MIB: Final = 256
_KIB: Final = {"Ki": 1, "Mi": 1024, "Gi": 1024 * 1024}
_AMOUNT: Final = re.compile(r"(\d{1,12})\s?(Ki|Mi|Gi)")


class MemoryLimitError(BadInputError):
    """A memory limit is a whole number with Ki, Mi or Gi, such as 4Gi, and at least 256Mi."""

    code = "bad_memory_limit"


def parse_mib(text: str) -> int:
    """Return the MiB of an amount such as ``4Gi``, rounded down; MemoryLimitError when it is none or too small."""
    match = _AMOUNT.fullmatch(text.strip())
    mib = int(match[1]) * _KIB[match[2]] // 1024 if match else 0
    if mib < MIN_MIB:
        raise MemoryLimitError(f"“{text}” is no memory limit here: {MemoryLimitError.__doc__}")
    return mib
