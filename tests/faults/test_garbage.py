"""Garbage beside what is good does not take the good along."""

from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.connections import sync_client
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.wake import WakeStream
from tests.faults.messages import GARBAGE


async def test_a_wake_up_among_garbage_is_heard(redis_url: str) -> None:
    writer = BatchWriter(redis_url)
    wake = WakeStream(redis_url, RunLog(writer), "garbage")
    with sync_client(redis_url) as client:
        for data in (*GARBAGE, b"a-run", *GARBAGE):
            client.xadd(keys.wake("garbage"), {"run": data})
    told = await wake.read()
    await wake.close()
    await writer.close()
    assert told is not None
    assert "a-run" in told
