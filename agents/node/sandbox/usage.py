"""What a sandbox uses at this moment: read from /proc, from its first process downwards.

Inside a process id namespace nothing leaves the tree: whoever loses its parent becomes a child of the first process.
"""

import os
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

PROCESSES_MAX: Final = 4096
FEW_SOCKETS: Final = 8
MANY_SOCKETS: Final = 4096
SOCKET_MIB: Final = 0.5
_TICK: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_MIB: Final = 1024 * 1024


class Usage(msgspec.Struct, frozen=True):
    """``tasks`` counts processes and threads; ``cpu_s`` is what they and those they have waited for used so far.

    ``memory_mib`` is of the processes, ``scratch_mib`` of the files in their scratch folder, which lie in memory, too, and
    ``sockets_mib`` about what lies unread in their sockets.
    """

    tasks: int = 0
    memory_mib: float = 0.0
    scratch_mib: float = 0.0
    sockets_mib: float = 0.0
    cpu_s: float = 0.0
    pids: tuple[int, ...] = ()


def read(first: int) -> Usage:
    """Return what the process ``first`` and all below it use; nothing when it is gone."""
    tasks, pages, ticks = 0, 0, 0
    found: list[int] = []
    waiting = [first]
    while waiting and len(found) < PROCESSES_MAX:
        pid = waiting.pop()
        fields = _stat(pid)
        if fields is None:
            continue
        found.append(pid)
        ticks += sum(map(int, fields[11:15]))
        tasks += int(fields[17])
        pages += int(fields[21])
        waiting += _children(pid, int(fields[17]))
    return Usage(tasks, pages * _PAGE / _MIB, 0.0, 0.0, ticks / _TICK, tuple(found))


def own_memory_mib(pids: tuple[int, ...]) -> float | None:
    """Return the memory of the processes with what they share counted once, in MiB; None where that cannot be read."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except FileNotFoundError:
            continue
        except ProcessLookupError:
            continue
        except OSError:
            return None
        total += next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
    return total / 1024


def sockets_mib(pid: int) -> float:
    """Return about how much of the kernel's memory the sockets in the network namespace of a process hold, in MiB.

    The kernel tells what is queued in each TCP socket, and of others only that they are there: each is taken to be full
    (``net.core.wmem_default``, of which small messages use up more), but for the first few, which every program has.
    """
    try:
        used = int(Path(f"/proc/{pid}/net/sockstat").read_text().split(None, 3)[2])
    except (OSError, ValueError, IndexError):
        return 0.0
    if used <= FEW_SOCKETS:
        return 0.0
    # Whoever has very many is over every limit already, and their list is long.
    queued = sum(_queued(pid, name) for name in ("tcp", "tcp6")) if used <= MANY_SOCKETS else 0
    return (used - FEW_SOCKETS) * SOCKET_MIB + queued / _MIB


def _queued(pid: int, name: str) -> int:
    """Return the bytes in the queues of all sockets in ``/proc/<pid>/net/tcp`` or ``tcp6``."""
    try:
        lines = Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]
        queues = [line.split(None, 5)[4].split(":") for line in lines]
        return sum(int(sent, 16) + int(received, 16) for sent, received in queues)
    except (OSError, ValueError, IndexError):
        return 0


class Scratch(NamedTuple):
    """What lies in a scratch folder."""

    files: int = 0
    mib: float = 0.0


def scratch(pids: tuple[int, ...], place: str, size: int) -> Scratch | None:
    """Return what lies in the file system of ``size`` bytes that the processes see at ``place``.

    Nothing when they see none of that size: their sandbox is not yet made. None when no process lets itself be looked into.
    """
    for pid in pids:
        try:
            held = os.statvfs(f"/proc/{pid}/root{place}")
        except FileNotFoundError:
            return Scratch()
        except OSError:
            continue
        if held.f_blocks * held.f_frsize != size:
            return Scratch()
        return Scratch(held.f_files - held.f_ffree, (held.f_blocks - held.f_bfree) * held.f_frsize / _MIB)
    return None if any(Path(f"/proc/{pid}").exists() for pid in pids) else Scratch()


def _stat(pid: int) -> list[str] | None:
    """Return the fields of ``/proc/<pid>/stat`` from the third (state) on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _children(pid: int, threads: int) -> list[int]:
    """Return the processes that any thread of the process has started."""
    try:
        tids = [str(pid)] if threads == 1 else os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    found: list[int] = []
    for tid in tids:
        try:
            found += map(int, Path(f"/proc/{pid}/task/{tid}/children").read_text().split())
        except OSError:
            continue
    return found
