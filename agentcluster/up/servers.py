"""Starting the embedded Valkey and nats-server, and checking the ones given by URL."""

import asyncio
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from agentcluster.errors import UnavailableError
from agentcluster.up import embedded, ports
from agentcluster.up.child import Child, ProcessSpec
from agentcluster.up.config import UpConfig
from agentcluster.up.errors import ServerFailedError
from agentcluster.up.services import Services, remembered

START_TIMEOUT_S = 60.0
LOOK_EVERY_S = 0.02
PASSWORD_BYTES: Final = 24
_PASSWORD: Final = re.compile(r"[A-Za-z0-9_-]{32}")
REPAIR = "Repair it with: make repair (a copy is kept). Or restore the folder from a backup."


def choose(config: UpConfig) -> Services:
    """Return the addresses to use: the given ones, else loopback ports, the same as last time where they are free.

    The embedded servers have passwords, which stay the same, too. Agents that were granted the network share the
    machine's loopback, and so do other users of the machine: the address alone must lead to nothing.
    """
    last = remembered(config.home) or Services("", "")
    return Services(
        redis_url=config.redis_url or f"redis://:{_password(last.redis_url)}@{_place(last.redis_url)}/0",
        nats_url=config.nats_url or f"nats://{embedded.NATS_USER}:{_password(last.nats_url)}@{_place(last.nats_url)}",
    )


def specs(config: UpConfig, services: Services) -> list[ProcessSpec]:
    """Return the servers to start: those whose address was not given."""
    wanted = []
    if config.redis_url is None:
        url = services.redis_url
        command = embedded.valkey_command(config.home / "valkey", port_of(url), password=urlsplit(url).password or "")
        wanted.append(ProcessSpec("valkey", command))
    if config.nats_url is None:
        url = services.nats_url
        command = embedded.nats_command(config.home / "nats", port_of(url), password=urlsplit(url).password or "")
        wanted.append(ProcessSpec("nats", command))
    return wanted


async def until_answering(child: Child, url: str, home: Path) -> None:
    """Return when the server at ``url`` answers; raises ``ServerFailedError`` with its reason when it ends or stays silent."""
    ended = asyncio.create_task(child.wait())
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            while not await _answers(child.spec.name, url):
                if ended.done():
                    raise ServerFailedError(explain(child.spec.name, child.last_lines, home))
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        raise ServerFailedError(explain(child.spec.name, child.last_lines, home)) from None
    finally:
        ended.cancel()


async def check_given(config: UpConfig) -> None:
    """Check the servers given by URL; raises the room's own error, or ``ServerFailedError``, with what to do."""
    if config.redis_url:
        from agentcluster.streams.check import check_server as check_redis

        with _advising("REDIS_URL"):
            await asyncio.to_thread(check_redis, config.redis_url)
    if config.nats_url:
        from agentcluster.messaging.check import check_server as check_nats

        with _advising("NATS_URL"):
            await check_nats(config.nats_url)


@contextmanager
def _advising(variable: str) -> Iterator[None]:
    try:
        yield
    except UnavailableError as error:
        advice = f"Start it, or correct {variable} (without it an embedded server is started)."
        raise ServerFailedError(f"{error.message} {advice}") from error


def port_of(url: str) -> int:
    """Return the port in an embedded server's address."""
    port = urlsplit(url).port
    assert port is not None
    return port


def explain(name: str, lines: Iterable[str], home: Path) -> str:
    """Return the sentence for a server that does not start, from the last things it said."""
    said = list(lines)
    text = "\n".join(said).lower()
    folder = home / name
    if name == "valkey" and ("bad file format" in text or "unexpected end of file" in text or "unrecoverable" in text):
        return f"The run log in {folder} is damaged. {REPAIR}"
    if "permission denied" in text:
        return f"{folder} cannot be read or written by this user. Correct its owner (chown -R) or mode."
    if "no space left" in text:
        return f"There is no space left on the disk of {folder}. Free some and start again."
    if name == "nats" and ("corrupt" in text or "recover" in text):
        return f"The cluster state in {folder} is damaged. It is rebuilt by the nodes: move that folder away."
    last = said[-1] if said else "it said nothing"
    return f"The embedded {name} server does not start: {last} (its data is in {folder})."


async def _answers(name: str, url: str) -> bool:
    try:
        reader, writer = await asyncio.open_connection(embedded.LOOPBACK, port_of(url))
    except OSError:
        return False
    try:
        if name == "valkey":
            writer.write(f"AUTH {urlsplit(url).password}\r\nPING\r\n".encode())
            await asyncio.wait_for(reader.readline(), 2)
        line = await asyncio.wait_for(reader.readline(), 2)
    except (OSError, TimeoutError, ValueError):
        return False
    finally:
        writer.close()
    return line.startswith(b"+PONG" if name == "valkey" else b"INFO")


def _place(last: str) -> str:
    return f"{embedded.LOOPBACK}:{ports.same_or_free(_own(last).port)}"


def _password(last: str) -> str:
    """Return the password of the last time, or a new one."""
    known = _own(last).password or ""
    return known if _PASSWORD.fullmatch(known) else secrets.token_urlsafe(PASSWORD_BYTES)


def _own(last: str) -> SplitResult:
    """Return the parts of an embedded server's address; of another one's, nothing."""
    nothing = urlsplit("")
    try:
        parts = urlsplit(last)
        return parts if parts.hostname == embedded.LOOPBACK and parts.port else nothing
    except ValueError:
        return nothing
