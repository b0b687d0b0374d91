"""The command line of bubblewrap: what an instance sees of the machine, and nothing else.

As root, no user namespace is made: the process inside begins as root with nothing but the right to become somebody
else, and does so before it reads a byte of the bundle (``agentcluster.sdk.process.confine``). Otherwise it runs in a
user namespace of its own, in which no further ones can be made.
"""

import platform
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from agentcluster import sdk

INSIDE_UID: Final = 1000
MIB: Final = 1024 * 1024
BUNDLE: Final = "/agent"
FILES: Final = "/files"
SCRATCH: Final = "/tmp"  # noqa: S108 - a tmpfs of the sandbox's own
SDK: Final = "/sdk"
_DEVICES: Final = ("null", "zero", "full", "random", "urandom")
_LOADER: Final = ("/lib64", "/usr/lib64", "/lib/ld-musl-x86_64.so.1", "/etc/ld.so.cache", "/usr/share/zoneinfo")
_NETWORK: Final = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/ssl", "/usr/share/ca-certificates")
ENVIRONMENT: Final = {
    "HOME": SCRATCH,
    "TMPDIR": SCRATCH,
    "PATH": "/nowhere",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


class Inside(msgspec.Struct, frozen=True):
    """What goes into an instance's sandbox; every path but ``packages`` is a folder of the instance alone."""

    bundle: Path
    files: Path
    packages: tuple[Path, ...] = ()
    disk_mib: int = 256
    network: bool = False
    as_root: bool = False


def isolation(as_root: bool, *, network: bool) -> list[str]:
    """Return the options that cut the sandbox off."""
    options = ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "agent"]
    options += ["--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    if as_root:
        options += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        options += ["--unshare-user", "--disable-userns", "--uid", str(INSIDE_UID), "--gid", str(INSIDE_UID)]
    return options if network else [*options, "--unshare-net"]


def command(program: str, inside: Inside, info_fd: int, python: list[str]) -> list[str]:
    """Return the whole command; bubblewrap writes the process id of the sandbox's init to ``info_fd``."""
    return [
        program,
        *isolation(inside.as_root, network=inside.network),
        *("--info-fd", str(info_fd)),
        *_environment(),
        *_system(inside.network),
        *_mounts(inside),
        *("--chdir", SCRATCH, "--remount-ro", "/"),
        "--",
        *python,
    ]


def python_command(paths: list[str], number: int) -> list[str]:
    """Return how Python is started: on its standard library, the SDK and the bundle, with nobody's site-packages."""
    code = f"import sys; sys.path[len(sys.path):] = {paths!r}; from agentcluster.sdk.process.child import main; main({number})"
    options = ["-I", "-S", "-B", "-u", "-X", "utf8", "-X", "faulthandler"]
    return [str(Path(sys.executable).resolve()), *options, "-c", code]


def sdk_folders() -> dict[str, Path]:
    """Return what the SDK consists of: the place below the sandbox's SDK folder, and where it lies here."""
    folder = Path(sdk.__file__).parent
    return {
        "agentcluster/__init__.py": folder.parent / "__init__.py",
        "agentcluster/sdk": folder,
        "msgspec": Path(msgspec.__file__).parent,
    }


def package_places(packages: tuple[Path, ...]) -> list[str]:
    """Return where the operator's packages lie inside."""
    return [f"/packages/{number}" for number in range(len(packages))]


def _environment() -> Iterator[str]:
    yield "--clearenv"
    for name, value in ENVIRONMENT.items():
        yield from ("--setenv", name, value)


def _bind(source: Path | str, place: str) -> Iterator[str]:
    """Bind read-only, with folders on the way that everybody may enter: bubblewrap would make them for root alone."""
    for parent in reversed(Path(place).parents[:-1]):
        yield from ("--perms", "0755", "--dir", str(parent))
    yield from ("--ro-bind", str(source), place)


def _system(network: bool) -> Iterator[str]:
    """Python itself and the libraries it is linked with; no shell, no programs, no one's configuration."""
    program = str(Path(sys.executable).resolve())
    library = sysconfig.get_path("stdlib")
    shared = Path(sysconfig.get_config_var("LIBDIR") or "") / str(sysconfig.get_config_var("INSTSONAME") or "none")
    triple = f"{platform.machine()}-linux-gnu"
    yield from (*_bind(program, program), *_bind(library, library))
    for hidden in ("site-packages", "dist-packages", "test"):
        if (Path(library) / hidden).is_dir():
            yield from ("--size", "4096", "--tmpfs", f"{library}/{hidden}", "--remount-ro", f"{library}/{hidden}")
    if shared.suffix != ".a" and shared.is_file():
        yield from _bind(shared, str(shared))
    for place in (f"/lib/{triple}", f"/usr/lib/{triple}", *_LOADER, *(_NETWORK if network else ())):
        if Path(place).exists():
            yield from _bind(Path(place).resolve(), place)


def _mounts(inside: Inside) -> Iterator[str]:
    yield from ("--proc", "/proc", "--tmpfs", "/dev")
    for name in _DEVICES:
        yield from ("--dev-bind", f"/dev/{name}", f"/dev/{name}")
    # Shared memory lies in the scratch folder, so that one size bounds all files that are memory.
    yield from ("--symlink", SCRATCH, "/dev/shm", "--remount-ro", "/dev")  # noqa: S108
    yield from ("--perms", "1777", "--size", str(inside.disk_mib * MIB), "--tmpfs", SCRATCH)
    yield from (*_bind(inside.bundle, BUNDLE), *_bind(inside.files, FILES))
    for place, path in sdk_folders().items():
        yield from _bind(path, f"{SDK}/{place}")
    for place, path in zip(package_places(inside.packages), inside.packages, strict=True):
        yield from _bind(path, place)
