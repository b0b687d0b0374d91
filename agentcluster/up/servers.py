"""Starting the embedded Valkey and nats-server, and checking the ones given by URL."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from agentcluster.errors import UnavailableError
from agentcluster.up import embedded, ports
from agentcluster.up.child import Child, ProcessSpec
from agentcluster.up.config import UpConfig
from agentcluster.up.errors import ServerFailedError
from agentcluster.up.services import Services, remembered

START_TIMEOUT_S = 60.0
LOOK_EVERY_S = 0.02
REPAIR = "Repair it with: make repair (a copy is kept). Or restore the folder from a backup."


def choose(config: UpConfig) -> Services:
    """Return the addresses to use: the given ones, else loopback ports, the same as last time where they are free."""
    last = remembered(config.home) or Services("", "")
    return Services(
        redis_url=config.redis_url or f"redis://{embedded.LOOPBACK}:{ports.same_or_free(_port(last.redis_url))}/0",
        nats_url=config.nats_url or f"nats://{embedded.LOOPBACK}:{ports.same_or_free(_port(last.nats_url))}",
    )


def specs(config: UpConfig, services: Services) -> list[ProcessSpec]:
    """Return the servers to start: those whose address was not given."""
    wanted = []
    if config.redis_url is None:
        command = embedded.valkey_command(config.home / "valkey", port_of(services.redis_url))
        wanted.append(ProcessSpec("valkey", command))
    if config.nats_url is None:
        command = embedded.nats_command(config.home / "nats", port_of(services.nats_url))
        wanted.append(ProcessSpec("nats", command))
    return wanted


async def until_answering(child: Child, port: int, home: Path) -> None:
    """Return when the server answers; raises ``ServerFailedError`` with its reason when it ends or stays silent."""
    ended = asyncio.create_task(child.wait())
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            while not await _answers(child.spec.name, port):
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


async def _answers(name: str, port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(embedded.LOOPBACK, port)
    except OSError:
        return False
    try:
        if name == "valkey":
            writer.write(b"PING\r\n")
        line = await asyncio.wait_for(reader.readline(), 2)
    except (OSError, TimeoutError, ValueError):
        return False
    finally:
        writer.close()
    return line.startswith(b"+PONG" if name == "valkey" else b"INFO")


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port if urlsplit(url).hostname == embedded.LOOPBACK else None
    except ValueError:
        return None
