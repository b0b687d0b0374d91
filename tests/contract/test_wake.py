"""Telling a worker which of its runs have something in the inbox."""

from agentcluster.ids import new_id
from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.connections import sync_client
from agentcluster.streams.inbox import send_commands
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.wake import WakeStream


async def test_a_worker_is_told_once_or_told_to_look_after_all(redis_url: str) -> None:
    client, writer, worker = sync_client(redis_url), BatchWriter(redis_url), new_id()
    log = RunLog(writer)
    wake = WakeStream(redis_url, log, worker)
    runs = [new_id() for _ in range(12)]
    for run in runs:
        await log.claim(run, worker, first=[b"one"])
    send_commands(client, [(runs[0], b"{}"), (runs[0], b"{}"), (runs[1], b"{}")])
    assert await wake.read() == {runs[0], runs[1]}
    send_commands(client, [(run, b"{}") for run in runs for _ in range(950)])
    assert client.xlen(keys.wake(worker)) >= 10_000
    assert await wake.read() is None
    assert client.xlen(keys.wake(worker)) <= 1
    await wake.close()
    await writer.close()
    client.close()
