"""The embedded servers let in nobody who only knows where they are."""

import asyncio
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from agentcluster.messaging import BusUnavailableError, connect
from agentcluster.streams.connections import sync_client
from agentcluster.streams.errors import StreamsUnavailableError, translated
from agentcluster.up import servers, services
from agentcluster.up.config import UpConfig, from_environment
from tests.conftest import Server


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UpConfig:
    for name in ("REDIS_URL", "NATS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AGENTCLUSTER_HOME", str(tmp_path))
    return from_environment()


@pytest.fixture
def chosen(config: UpConfig) -> Iterator[services.Services]:
    """The addresses of servers that run as ``make up`` starts them."""
    found = servers.choose(config)
    urls = {"valkey": found.redis_url, "nats": found.nats_url}
    running = [
        Server(spec.command, servers.port_of(urls[spec.name]), urls[spec.name]) for spec in servers.specs(config, found)
    ]
    yield found
    for server in running:
        # Others on the machine see the arguments of every process.
        arguments = " ".join(psutil.Process(server.process.pid).cmdline())
        assert str(urlsplit(server.url).password) not in arguments
        server.stop()


def bare(url: str) -> str:
    return url.replace(urlsplit(url).netloc.rpartition("@")[0] + "@", "")


def test_addresses_and_passwords_stay_the_same_and_are_private(config: UpConfig) -> None:
    first = servers.choose(config)
    services.remember(config.home, first)
    assert servers.choose(config) == first
    assert urlsplit(first.redis_url).password != urlsplit(first.nats_url).password
    assert stat.S_IMODE(services.services_file(config.home).stat().st_mode) == 0o600
    servers.specs(config, first)
    for name in ("valkey/valkey.conf", "nats/nats.conf"):
        assert stat.S_IMODE((config.home / name).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "last", ["redis://127.0.0.1:1/0", "redis://:a%0Abind@127.0.0.1:1/0", "redis://:p@elsewhere:1/0", "redis://[", ""]
)
def test_what_is_no_password_of_ours_is_replaced(last: str, config: UpConfig) -> None:
    services.remember(config.home, services.Services(last, last))
    found = servers.choose(config)
    for url in (found.redis_url, found.nats_url):
        assert len(urlsplit(url).password or "") == 32


async def test_without_the_password_nothing_is_had(config: UpConfig, chosen: services.Services) -> None:
    with sync_client(chosen.redis_url) as client:
        assert await asyncio.to_thread(client.ping)
    async with await connect(chosen.nats_url, "test", wait_s=10) as bus:
        assert (await bus.client.jetstream().account_info()).streams == 0
    with sync_client(bare(chosen.redis_url)) as client, pytest.raises(StreamsUnavailableError), translated():
        client.ping()
    with pytest.raises(BusUnavailableError):
        await connect(bare(chosen.nats_url), "test", wait_s=1)
