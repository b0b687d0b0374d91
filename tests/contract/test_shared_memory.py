"""Shared memory: revisions, comparing, expiry, limits; and a repeat changes nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agentcluster.ids import new_id
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.memory import (
    ANY,
    Expected,
    MemoryConflictError,
    MemoryFullError,
    MemoryKindError,
    SharedMemory,
)

ABSENT = Expected("absent")


@pytest.fixture
async def writer(redis_url: str) -> AsyncIterator[BatchWriter]:
    one = BatchWriter(redis_url)
    yield one
    await one.close()


@pytest.fixture
def memory(writer: BatchWriter) -> SharedMemory:
    return SharedMemory(writer, new_id(), max_names=100)


async def write(memory: SharedMemory, name: str, value: bytes, expected: Expected = ANY, **options) -> int:
    return await memory.write(name, value, **{"ttl_ms": None, "expected": expected, "once": "", **options})


async def append(memory: SharedMemory, name: str, value: bytes, **options) -> tuple[int, str, bool]:
    return await memory.append(name, value, **{"ttl_ms": None, "most": 100, "once": "", **options})


async def test_a_written_value_is_read_with_its_revision(memory: SharedMemory) -> None:
    assert (await memory.read("a", 10)).kind == "none"
    assert await write(memory, "a", b'{"x":1}') == 1
    assert await write(memory, "a", b'{"x":2}') == 2
    held = await memory.read("a", 10)
    assert (held.kind, held.value, held.number, held.expires_ms) == ("value", b'{"x":2}', 2, None)


async def test_a_write_may_ask_what_stands_there(memory: SharedMemory) -> None:
    assert await write(memory, "a", b"1", ABSENT) == 1
    for expected in (ABSENT, Expected("value", b"2"), Expected("revision", b"7")):
        with pytest.raises(MemoryConflictError) as caught:
            await write(memory, "a", b"9", expected)
        assert caught.value.data == {"found": "1", "revision": 1}
    assert await write(memory, "a", b"2", Expected("value", b"1")) == 2
    assert await write(memory, "a", b"3", Expected("revision", b"2")) == 3
    with pytest.raises(MemoryConflictError):
        await write(memory, "new", b"1", Expected("value", b"1"))


async def test_of_many_that_expect_the_same_one_wins(memory: SharedMemory) -> None:
    await write(memory, "a", b"0")
    tries = [write(memory, "a", str(each).encode(), Expected("revision", b"1")) for each in range(1, 21)]
    came = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(1 for each in came if each == 2) == 1
    assert sum(1 for each in came if isinstance(each, MemoryConflictError)) == 19


async def test_a_repeated_write_answers_as_the_first_time(memory: SharedMemory) -> None:
    assert await write(memory, "a", b"1", ABSENT, once="k1") == 1
    assert await write(memory, "a", b"1", ABSENT, once="k1") == 1
    with pytest.raises(MemoryConflictError):
        await write(memory, "a", b"1", ABSENT, once="k2")


async def test_a_repeated_append_is_one_entry(memory: SharedMemory) -> None:
    first = await append(memory, "log", b"1", once="k1")
    again = await append(memory, "log", b"1", once="k1")
    other = await append(memory, "log", b"2", once="k2")
    assert (first[0], first[2], again, other[0]) == (1, False, (1, first[1], True), 2)
    assert (await append(memory, "other", b"1", once="k1"))[2] is False
    plain = [await append(memory, "log", b"3") for _ in range(2)]
    assert [length for length, _, _ in plain] == [3, 4]


async def test_a_list_keeps_its_newest_entries_oldest_first(memory: SharedMemory) -> None:
    for each in range(10):
        await append(memory, "log", str(each).encode(), most=5)
    held = await memory.read("log", 3)
    assert (held.kind, held.number, [value for _, value in held.entries]) == ("list", 5, [b"7", b"8", b"9"])


async def test_values_and_lists_do_not_mix(memory: SharedMemory) -> None:
    await write(memory, "a", b"1")
    await append(memory, "b", b"1")
    with pytest.raises(MemoryKindError):
        await append(memory, "a", b"1")
    with pytest.raises(MemoryKindError):
        await write(memory, "b", b"1")


async def test_what_expires_is_gone_also_from_the_names(memory: SharedMemory) -> None:
    await write(memory, "soon", b"1", ttl_ms=60)
    await append(memory, "soon too", b"1", ttl_ms=60)
    await write(memory, "kept", b"1", ttl_ms=60)
    await write(memory, "kept", b"2")
    await write(memory, "later", b"1", ttl_ms=60_000)
    assert await memory.names() == [("kept", "value"), ("later", "value"), ("soon", "value"), ("soon too", "list")]
    assert 59_000 < ((await memory.read("later", 1)).expires_ms or 0) <= 60_000
    await asyncio.sleep(0.1)
    assert await memory.names() == [("kept", "value"), ("later", "value")]
    assert (await memory.read("soon", 1)).kind == "none"
    assert await write(memory, "soon", b"1") == 1


async def test_deleting_may_ask_too_and_may_be_repeated(memory: SharedMemory) -> None:
    await write(memory, "a", b"1")
    await append(memory, "b", b"1")
    with pytest.raises(MemoryConflictError):
        await memory.delete("a", Expected("value", b"2"))
    assert await memory.delete("a", Expected("revision", b"1"))
    assert not await memory.delete("a", Expected("revision", b"1"))
    assert await memory.delete("b", ANY)
    assert await memory.names() == []


async def test_a_space_holds_so_many_names(writer: BatchWriter) -> None:
    memory = SharedMemory(writer, new_id(), max_names=2)
    await write(memory, "a", b"1", ttl_ms=50)
    await append(memory, "b", b"1")
    with pytest.raises(MemoryFullError, match="2 keys already"):
        await write(memory, "c", b"1")
    with pytest.raises(MemoryFullError):
        await append(memory, "d", b"1")
    assert await write(memory, "a", b"2", ttl_ms=50) == 2
    await asyncio.sleep(0.1)
    assert await write(memory, "c", b"1") == 1


async def test_spaces_are_apart_and_the_functions_come_back_after_a_flush(writer: BatchWriter) -> None:
    one, two = (SharedMemory(writer, new_id(), max_names=10) for _ in range(2))
    await write(one, "a", b"1")
    await writer.execute("FUNCTION", "DELETE", "agentcluster_memory_1")
    assert (await two.read("a", 1)).kind == "none"
    assert (await one.read("a", 1)).value == b"1"
