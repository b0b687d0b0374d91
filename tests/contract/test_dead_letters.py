"""The stream of dead letters: its name, its length, one entry a call."""

from agentcluster.streams import dead_letters
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.run_log import RunLog


async def bury(log: RunLog, call_id: str) -> str:
    fields = {"error_code": "temporary", "original_id": call_id, "retries": 3}
    return await dead_letters.bury(log, "parse", call_id, fields)


async def test_an_entry_has_the_fields_others_read(log: RunLog, client: SyncClient) -> None:
    entry_id = await bury(log, "r/a/3")
    entries = client.xrange("dlq:{parse}")
    assert entries == [(entry_id.encode(), {b"error_code": b"temporary", b"original_id": b"r/a/3", b"retries": b"3"})]
    assert dead_letters.agents(client) == ["parse"]


async def test_a_call_is_put_there_once(log: RunLog, client: SyncClient) -> None:
    assert await bury(log, "r/a/3") == await bury(log, "r/a/3")
    assert client.xlen("dlq:{parse}") == 1


async def test_about_the_last_thousand_are_kept(log: RunLog, client: SyncClient) -> None:
    for number in range(1300):
        await bury(log, f"r/a/{number}")
    # Redis trims whole blocks of a hundred entries.
    assert 1000 <= client.xlen("dlq:{parse}") <= 1100
    assert dead_letters.read(client, "parse", count=1)[0].fields["original_id"] == "r/a/1299"
