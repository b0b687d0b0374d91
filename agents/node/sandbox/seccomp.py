"""The system calls an agent may not make: a filter for the kernel, as bubblewrap takes it (``--seccomp``).

Denied with EPERM is what changes or watches the machine, other processes or namespaces, and memory that no limit
counts (``memfd_create``, System V shared memory). ``clone3`` is unknown to the agent, so that libraries take ``clone``,
whose flags a filter can read. Numbers: the kernel's ``syscall_64.tbl`` and ``asm-generic/unistd.h``.
"""

import errno
import os
import platform
import struct
from typing import Final

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_NEW_NAMESPACES: Final = 0x7E020000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""
_X32: Final = 0x40000000
_CLONE3: Final = 435
_NEWER: Final = (*range(425, 434), 438, 442, 443, 447, 450)
"""io_uring, the new mount calls, pidfd_getfd, quotactl_fd, memfd_secret: the same numbers everywhere."""
_X86_64: Final = (
    *(29, 30, 31, 64, 65, 66, 67, 68, 69, 70, 71),  # System V shared memory, semaphores, messages
    *(101, 103, 134, 135, 153, 154, 155, 156, 159, 161, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173),
    *(174, 175, 176, 177, 178, 179, 180, 212, 220, 227, 237, 238, 239, 246, 248, 249, 250, 256, 272, 279, 298),
    *(300, 303, 304, 305, 308, 310, 311, 312, 313, 319, 320, 321, 323),
)
_AARCH64: Final = (
    *range(186, 198),
    *(18, 39, 40, 41, 51, 58, 60, 89, 92, 97, 104, 105, 106, 112, 116, 117, 142, 161, 162, 170, 171, 217, 218, 219),
    *(224, 225, 235, 236, 237, 238, 239, 241, 262, 264, 265, 266, 268, 270, 271, 272, 273, 279, 280, 282, 294),
)
_MACHINES: Final = {"x86_64": (0xC000003E, _X86_64, 56, 157), "aarch64": (0xC00000B7, _AARCH64, 220, 167)}
"""The architecture, what is denied, ``clone`` and ``prctl``."""
_SET_DUMPABLE: Final = 4


def compiled(machine: str = "") -> bytes | None:
    """Return the filter for a machine (this one by default), None where it is not known (docs/sandbox.md says so)."""
    known = _MACHINES.get(machine or platform.machine())
    if known is None:
        return None
    architecture, denied, clone, prctl = known
    program = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER)]
    program += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    program += [(_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    for number in (*denied, *_NEWER):
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    # Whoever is not dumpable hides its files from a node that is not root.
    program += [(_EQUAL, 0, 4, prctl), (_LOAD, 0, 0, _FIRST_ARGUMENT)]
    program += [(_EQUAL, 0, 1, _SET_DUMPABLE), (_RETURN, 0, 0, _ERRNO | errno.EPERM), (_RETURN, 0, 0, _ALLOW)]
    program += [(_EQUAL, 0, 3, clone), (_LOAD, 0, 0, _FIRST_ARGUMENT)]
    program += [(_ANY_BIT, 0, 1, _NEW_NAMESPACES), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    program.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def pipe() -> int | None:
    """Return a descriptor to read the filter from, for one start; the caller closes it."""
    data = compiled()
    if data is None:
        return None
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    return reading
