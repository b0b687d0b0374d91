"""An agent that attacks: the input names how. What it may return is what it got hold of."""

# ruff: noqa: ASYNC221, ASYNC230, ASYNC240, ASYNC251, SIM115

import asyncio
import ctypes
import glob
import mmap
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from agentcluster.sdk import Context, agent

MIB = 1024 * 1024
Found = dict[str, Any]


@agent(name="hostile", version="1.2.0", capabilities=["test"])
async def attack(
    how: str, path: str = "", port: int = 0, host: str = "127.0.0.1", amount: int = 0, *, context: Context
) -> dict[str, Any]:
    """Attack."""
    return await ATTACKS[how](path=path, port=port, host=host, amount=amount, context=context)


async def harmless(**_: Any) -> Found:
    return {"uid": os.getuid(), "pid": os.getpid()}


async def wait(amount: int, **_: Any) -> Found:
    await asyncio.sleep(amount)
    return {}


async def fork_bomb(**_: Any) -> Found:
    while True:
        try:
            os.fork()
        except OSError:
            continue


async def thread_bomb(**_: Any) -> Found:
    while True:
        try:
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        except RuntimeError:
            await asyncio.sleep(0.01)


async def memory(**_: Any) -> Found:
    held = []
    while True:
        held.append(b"x" * (16 * MIB))


async def memory_of_many(amount: int, **_: Any) -> Found:
    for _number in range(6):
        if os.fork() == 0:
            held = b"x" * (amount * MIB)
            time.sleep(60)
            os._exit(len(held) % 2)
    await asyncio.sleep(60)
    return {}


async def memory_shared(amount: int, **_: Any) -> Found:
    held = mmap.mmap(-1, amount * MIB)
    for start in range(0, amount * MIB, 4096):
        held[start] = 1
    await asyncio.sleep(30)
    return {}


async def memory_files(**_: Any) -> Found:
    """Memory that no process has mapped."""
    found: Found = {}
    try:
        os.memfd_create("x")
        found["memfd"] = True
    except OSError as error:
        found["memfd"] = error.errno
    found["shmget"] = _call("shmget", 0, 64 * MIB, 0o1600)
    return found


async def memory_in_sockets(path: str, **_: Any) -> Found:
    held: list[socket.socket] = []
    listening = socket.create_server(("127.0.0.1", 0))
    while True:
        try:
            held += (
                socket.socketpair()
                if path == "unix"
                else (socket.create_connection(listening.getsockname()), listening.accept()[0])
            )
        except OSError:
            await asyncio.sleep(0.1)  # it may open no more
        for one in held[-20:]:
            _fill(one)


def _fill(one: socket.socket) -> None:
    one.setblocking(False)
    try:
        while True:
            one.send(b"x" * 65536)
    except BlockingIOError:
        pass


async def disk(path: str, **_: Any) -> Found:
    with open(path, "wb", buffering=0) as file:
        while True:
            file.write(b"x" * MIB)


async def many_files(**_: Any) -> Found:
    for number in range(200_000):
        open(f"/tmp/{number}", "w").close()
        if number % 1000 == 0:
            await asyncio.sleep(0)
    return {}


async def read(path: str, **_: Any) -> Found:
    found: Found = {}
    for name in glob.glob(path) or [path]:
        try:
            found[name] = open(name, "rb").read(100_000).decode(errors="replace")
        except OSError as error:
            found[name] = error.errno
    return found


async def write(path: str, **_: Any) -> Found:
    with open(path, "w") as file:
        file.write("x")
    return {"written": path}


async def look(**_: Any) -> Found:
    """Walk over everything that can be seen, but for processes, Python and the system's libraries."""
    seen = [os.path.join(folder, file) for folder, _, files in os.walk("/") for file in files]
    library = os.path.dirname(os.__file__)
    usual = ("/proc/", "/usr/lib", "/lib", "/usr/share/zoneinfo/", f"{library}/")
    packages = [name for name in seen if "-packages/" in name]
    return {"files": [name for name in seen if not name.startswith(usual)] + packages, "environment": dict(os.environ)}


async def connect(host: str, port: int, **_: Any) -> Found:
    try:
        with socket.create_connection((host, port), timeout=3):
            return {"connected": True}
    except OSError as error:
        return {"connected": False, "errno": error.errno}


async def resolve(host: str, **_: Any) -> Found:
    try:
        return {"found": socket.getaddrinfo(host, 443)[0][4][0]}
    except OSError as error:
        return {"found": "", "error": str(error)}


async def interfaces(**_: Any) -> Found:
    return {"names": [name for _, name in socket.if_nameindex()]}


async def abstract_sockets(**_: Any) -> Found:
    return {"unix": Path("/proc/net/unix").read_text().splitlines()[1:]}


async def spin(**_: Any) -> Found:
    while True:
        pass


async def ignore_cancel(**_: Any) -> Found:
    while True:
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            continue


async def spin_afterwards(**_: Any) -> Found:
    threading.Thread(target=_spin, daemon=True).start()
    return {}


async def kill(**_: Any) -> Found:
    found: Found = {}
    for pid in (1, os.getppid(), -1):
        for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
            try:
                os.kill(pid, number)
                found[f"{pid} {number.name}"] = "sent"
            except OSError as error:
                found[f"{pid} {number.name}"] = error.errno
    return found


async def huge_output(amount: int, **_: Any) -> Found:
    return {"text": "x" * amount}


async def flood_log(**_: Any) -> Found:
    while True:
        sys.stdout.write("a line of a flood\n" * 1000)
        await asyncio.sleep(0)


async def flood_without_lines(**_: Any) -> Found:
    while True:
        sys.stderr.write("x" * MIB)


async def flood_beats(context: Context, **_: Any) -> Found:
    while True:
        for _number in range(1000):
            context.heartbeat({"text": "x" * 3000})
        await asyncio.sleep(0)


async def close_all(**_: Any) -> Found:
    os.closerange(3, 250)
    time.sleep(60)
    return {}


async def garbage(**_: Any) -> Found:
    os.write(_socket(), b"\0\0\0\x05hello")
    await asyncio.sleep(60)
    return {}


async def endless_frame(**_: Any) -> Found:
    os.write(_socket(), struct.pack(">I", 0xFFFFFFFF))
    await asyncio.sleep(60)
    return {}


async def deep_frame(**_: Any) -> Found:
    data = b'{"type":"Result","number":1,"output":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    os.write(_socket(), struct.pack(">I", len(data)) + data[:1000])
    await asyncio.get_running_loop().run_in_executor(None, _write_all, _socket(), data[1000:])
    await asyncio.sleep(60)
    return {}


def _frame(data: bytes) -> None:
    """Write a whole frame, however slowly the node reads: half of one would be another attack."""
    _write_all(_socket(), struct.pack(">I", len(data)) + data)


async def false_results(**_: Any) -> Found:
    for number in range(1000, 1500):
        _frame(b'{"type":"Result","number":%d,"output":{"forged":true}}' % number)
    return {"honest": True}


async def endless_files(**_: Any) -> Found:
    """End files that were never begun; the first call has the number 1."""
    for file in range(150):
        _frame(b'{"type":"FileEnd","number":1,"file":%d,"name":"a","media_type":"text/plain"}' % file)
    await asyncio.sleep(2)
    return {"done": True}


async def wrong_frame(**_: Any) -> Found:
    data = b'{"type":"Ready"}'
    os.write(_socket(), struct.pack(">I", len(data)) + data)
    await asyncio.sleep(60)
    return {}


async def crash(amount: int, **_: Any) -> Found:
    os._exit(amount)


async def segfault(**_: Any) -> Found:
    ctypes.string_at(0)
    return {}


async def trace(**_: Any) -> Found:
    """Look into others, and change what the process is."""
    found: Found = {"ptrace": _call("ptrace", 16, 1, 0, 0), "unshare": _call("unshare", 0x10000000)}
    found["unshare_mount"] = _call("unshare", 0x00020000)
    found["mount"] = _call("mount", b"none", b"/tmp", b"tmpfs", 0, None)
    found["chroot"] = _call("chroot", b"/tmp")
    found["setns"] = _call("setns", 0, 0)
    found["clone"] = _call("syscall", 56, 0x10000011, 0, 0, 0, 0)
    found["bpf"] = _call("syscall", 321, 0, 0, 0)
    found["setuid"] = _call("setuid", 0)
    found["setgid"] = _call("setgid", 0)
    found["io_uring"] = _call("syscall", 425, 8, 0)
    found["hide"] = _call("prctl", 4, 0, 0, 0, 0)
    found["keyctl"] = _call("syscall", 250, 0, -3, 1)
    found["nice"] = _call("setpriority", 0, 0, -20)
    try:
        os.setuid(0)
    except OSError as error:
        found["os.setuid"] = error.errno
    found["sudo"] = glob.glob("/bin/*") + glob.glob("/usr/bin/*") + glob.glob("/sbin/*")
    return found


async def leave_behind(**_: Any) -> Found:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(256):
                try:
                    os.close(number)
                except OSError:
                    continue
            time.sleep(1000)
        os._exit(0)
    return {"uid": os.getuid()}


async def run_program(**_: Any) -> Found:
    subprocess.run(["/bin/sh", "-c", "id"], check=True)
    return {}


async def raise_limits(**_: Any) -> Found:
    import resource

    found: Found = {}
    for name in ("NPROC", "NOFILE", "DATA", "AS", "FSIZE", "CORE"):
        kind = getattr(resource, f"RLIMIT_{name}")
        try:
            resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            found[name] = "raised"
        except (OSError, ValueError) as error:
            found[name] = str(error)
    return found


ATTACKS = {name: value for name, value in globals().items() if asyncio.iscoroutinefunction(value) and name != "attack"}


def _call(name: str, *arguments: Any) -> int:
    """Return the errno of a C function's call, 0 when it worked."""
    library = ctypes.CDLL(None, use_errno=True)
    ctypes.set_errno(0)
    return ctypes.get_errno() if getattr(library, name)(*arguments) == -1 else 0


def _socket() -> int:
    for number in range(3, 250):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode) and _is_connected(number):
                return number
        except OSError:
            continue
    raise RuntimeError("no socket to the node")


def _is_connected(number: int) -> bool:
    """Whether it is the socket to the node, not the pair with which the loop wakes itself up."""
    with socket.socket(fileno=os.dup(number)) as one:
        data = one.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return one.family == socket.AF_UNIX and struct.unpack("3i", data)[0] != os.getpid()


def _write_all(number: int, data: bytes) -> None:
    os.set_blocking(number, True)
    while data:
        data = data[os.write(number, data) :]


def _spin() -> None:
    while True:
        pass
