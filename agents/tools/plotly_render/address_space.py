"""Room for the browser: it reserves terabytes of addresses it never uses, and would not start under an agent's limit."""

import contextlib
import resource
from collections.abc import Iterator


@contextlib.contextmanager
def unlimited_address_space() -> Iterator[None]:
    """Lift this process's soft limit, which programs started within inherit; memory itself stays watched."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
