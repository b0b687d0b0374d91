"""The ledger of tasks at work (features C9): per agent a stream, with a consumer group that has a consumer per instance.

The functions are in ``tasks.lua``. Nothing here is the truth about a run: what is lost or left over only makes a load
look wrong until the sweep, and no call depends on it.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from agentcluster.streams import keys
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.errors import CommandError, translated
from agentcluster.streams.run_log import RunLog

GROUP: Final = "instances"
PAGE: Final = 1000


class NewTask(NamedTuple):
    """A call that was given to an instance; ``over``: its reply has come meanwhile."""

    instance: str
    call_id: str
    over: bool


class Task(NamedTuple):
    """An entry of the stream: which worker waits for which call."""

    entry_id: bytes
    call_id: str
    worker: str


class Consumer(NamedTuple):
    """An instance as the group sees it: tasks it has not answered, ms since it was last given one."""

    instance: str
    pending: int
    idle_ms: int


async def record(log: RunLog, agent: str, worker: str, done: Sequence[bytes], new: Sequence[NewTask]) -> list[bytes]:
    """Acknowledge and delete ``done``, add ``new`` (sorted by instance) in the names of their instances; return their ids.

    Raises ``StreamsUnavailableError``: it may or may not have been carried out.
    """
    args: list[Any] = [agent, worker, len(done), *done]
    for task in new:
        args += (task.instance, task.call_id, "1" if task.over else "")
    ids: list[bytes] = await log.call_once("ac_tasks_record_1", (keys.tasks(agent),), *args)
    return ids


async def consumers(log: RunLog, agent: str) -> list[Consumer]:
    """Return what the group says of each instance; empty when the agent has never been given a task."""
    try:
        reply = await log.command("XINFO", "CONSUMERS", keys.tasks(agent), GROUP)
    except CommandError as error:
        if "no such key" in error.message or error.message.startswith("NOGROUP"):
            return []
        raise
    return parsed(reply)


def parsed(reply: Sequence[Sequence[Any]]) -> list[Consumer]:
    """Return the consumers in a reply of ``XINFO CONSUMERS``."""
    found = []
    for flat in reply:
        about = dict(zip(flat[::2], flat[1::2], strict=True))
        found.append(Consumer(about[b"name"].decode(), int(about[b"pending"]), int(about[b"idle"])))
    return found


def read_consumers(client: SyncClient, agent: str) -> list[Consumer]:
    """As ``consumers``, for synchronous code."""
    try:
        with translated():
            reply: Any = client.xinfo_consumers(keys.tasks(agent), GROUP)
    except CommandError as error:
        if "no such key" in error.message or error.message.startswith("NOGROUP"):
            return []
        raise
    return [Consumer(each["name"].decode(), int(each["pending"]), int(each["idle"])) for each in reply]


async def agents(log: RunLog) -> list[str]:
    """Return the names of all agents with a stream."""
    return sorted(name.decode() for name in await log.command("SMEMBERS", keys.TASK_AGENTS))


async def older_than(log: RunLog, agent: str, age_ms: int) -> list[Task]:
    """Return the tasks that were given away longer ago than ``age_ms``."""
    found: list[Task] = []
    after = "-"
    while True:
        page = await log.call("ac_tasks_old_1", (keys.tasks(agent),), age_ms, after, PAGE)
        found += [Task(entry_id, call_id.decode(), worker.decode()) for entry_id, call_id, worker in page]
        if len(page) < PAGE:
            return found
        after = f"({page[-1][0].decode()}"


async def remove(log: RunLog, agent: str, entry_ids: Sequence[bytes]) -> None:
    """Acknowledge and delete tasks nobody waits for."""
    for start in range(0, len(entry_ids), PAGE):
        ids = entry_ids[start : start + PAGE]
        await log.call("ac_tasks_record_1", (keys.tasks(agent),), agent, "", len(ids), *ids)


async def forget_instance(log: RunLog, agent: str, instance: str) -> None:
    """Delete the consumer of an instance that is gone."""
    await log.command("XGROUP", "DELCONSUMER", keys.tasks(agent), GROUP, instance)


async def forget_agent(log: RunLog, agent: str) -> None:
    """Delete the stream of an agent without instances and tasks; the next task makes it anew."""
    await log.command("SREM", keys.TASK_AGENTS, agent)
    await log.command("DEL", keys.tasks(agent))


async def lead(log: RunLog, worker: str, hold_ms: int) -> bool:
    """Return whether this worker sweeps this time: one does, for ``hold_ms``."""
    return await log.command("SET", keys.TASK_SWEEPER, worker, "NX", "PX", hold_ms) is not None
