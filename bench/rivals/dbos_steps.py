"""DBOS: a workflow of ten steps, each checkpointed in PostgreSQL, called directly (its cheapest way)."""

import asyncio
from typing import Any

from dbos import DBOS, DBOSConfig

from bench.rivals.frame import INPUT, STEPS, measure, options


@DBOS.step()
async def step(value: dict[str, Any]) -> dict[str, Any]:
    return value


@DBOS.workflow()
async def ten_steps(value: dict[str, Any]) -> dict[str, Any]:
    for _ in range(STEPS):
        value = await step(value)
    return value


async def main() -> None:
    given = options()
    url = given.server.replace("postgres://", "postgresql+psycopg://")
    config: DBOSConfig = {
        "name": "bench",
        "system_database_url": url,
        "sys_db_pool_size": 20,
        "max_executor_threads": 64,
        "console_log_level": "WARNING",
        "log_level": "WARNING",
    }
    DBOS(config=config)
    DBOS.launch()
    await measure(lambda _: ten_steps(INPUT), given, "dbos")
    DBOS.destroy()


asyncio.run(main())
