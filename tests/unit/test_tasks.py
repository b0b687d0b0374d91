"""Ending tasks."""

import asyncio

from agentcluster.tasks import end


async def test_a_task_that_swallows_its_first_cancellation_ends_all_the_same():
    async def deaf() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(60)

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    await end(task, None)
    assert task.cancelled()


async def test_how_a_task_ended_does_not_matter():
    async def failing() -> None:
        raise ValueError("no")

    done, broken = asyncio.create_task(asyncio.sleep(0)), asyncio.create_task(failing())
    await asyncio.sleep(0)
    await end(done, broken)
    assert done.done()
    assert broken.done()
