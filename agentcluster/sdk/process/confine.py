"""The process binds its own hands, for good, before it reads a byte of the bundle.

The namespaces are made by bubblewrap around it; here are the limits the kernel keeps for each process, and, on a node
that runs as root, the change to a user id that nobody else has.
"""

import os
import resource
from typing import Final

from agentcluster.sdk.process.wire import Limits

MIB: Final = 1024 * 1024
NICE: Final = 5
DATA_EXTRA_MIB: Final = 128
"""Python's own share, beside what the agent may use."""
ADDRESS_EXTRA_MIB: Final = 1024
PIDS_EXTRA: Final = 2
"""The process itself, and the init of its sandbox."""
SIGNALS: Final = 256


def confine(limits: Limits) -> None:
    """Take on the limits and the user id; OSError when the kernel refuses, and then nothing may be run."""
    memory = limits.memory_mib * MIB
    most = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_FSIZE: limits.disk_mib * MIB,
        # The watch at the node holds the whole tree to its memory; this gives a single hog a clean MemoryError.
        resource.RLIMIT_DATA: memory + DATA_EXTRA_MIB * MIB,
        resource.RLIMIT_AS: 2 * memory + ADDRESS_EXTRA_MIB * MIB,
        resource.RLIMIT_SIGPENDING: SIGNALS,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_MEMLOCK: 0,
    }
    for kind, value in most.items():
        _lower(kind, value)
    os.nice(NICE)
    if limits.uid:
        os.setgroups([])
        os.setresgid(limits.uid, limits.uid, limits.uid)
        os.setresuid(limits.uid, limits.uid, limits.uid)
    if os.getuid() != 0:
        # Counted by user id: that of a sandbox is the instance's own, as is a user namespace.
        _lower(resource.RLIMIT_NPROC, limits.pids + PIDS_EXTRA)


def _lower(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    least = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (least, least))
