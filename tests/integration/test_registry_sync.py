"""What nodes announce ends up in the registry."""

import asyncio

import msgspec
import pytest
from asgiref.sync import sync_to_async

from agentcluster.messaging import connect
from agents.cluster.heartbeat import manifest_bucket
from agents.domain.manifest import canonical, identity
from agents.models import AgentVersion
from agents.registry.sync import run_registrar
from agents.tools import builtin


async def registered(count: int) -> list[str]:
    def names() -> list[str]:
        return sorted(str(version) for version in AgentVersion.objects.select_related("agent"))

    async with asyncio.timeout(15):
        while len(found := await sync_to_async(names)()) < count:  # noqa: ASYNC110 - another thread writes
            await asyncio.sleep(0.05)
    return found


@pytest.mark.django_db(transaction=True)
async def test_announced_manifests_are_registered_and_bad_ones_skipped(nats_url, caplog):
    first, second = builtin(["csv-parse", "file-reader"])
    async with await connect(nats_url, "test") as bus:
        bucket = manifest_bucket(bus)
        for key in await bucket.keys():
            await bucket.delete(key)
        await bucket.put("0" * 64, canonical(first))
        await bucket.put("1" * 64, b"{not json")
        await bucket.put(identity(first).rpartition(":")[2], canonical(first))
        registrar = asyncio.create_task(run_registrar(bus))
        assert await registered(1) == [f"csv-parse@{first.version}"]
        other = msgspec.structs.replace(first, icon="bolt")
        await bucket.put(identity(other).rpartition(":")[2], canonical(other))
        await bucket.put(identity(second).rpartition(":")[2], canonical(second))
        assert await registered(2) == [f"csv-parse@{first.version}", f"file-reader@{second.version}"]
        registrar.cancel()
        await asyncio.gather(registrar, return_exceptions=True)
        for key in await bucket.keys():
            await bucket.delete(key)
    assert caplog.text.count("is skipped") == 3
