"""LangGraph: a graph of ten nodes; its checkpointer writes before each next node (``durability="sync"``)."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

from bench.rivals.frame import INPUT, STEPS, measure, options


class State(TypedDict):
    value: dict[str, Any]


async def step(state: State) -> State:
    return {"value": state["value"]}


async def checkpointer(server: str, home: str, stack: AsyncExitStack) -> tuple[Any, str]:
    """Return the checkpointer and the package it is from: PostgreSQL where a server is given, else a SQLite file."""
    if server:
        from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
        from psycopg.rows import dict_row
        from psycopg_pool import AsyncConnectionPool

        options = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
        pool: Any = AsyncConnectionPool(server, min_size=4, max_size=20, kwargs=options, open=False)
        await stack.enter_async_context(pool)
        saver: Any = AsyncPostgresSaver(pool)
        await saver.setup()
        return saver, "langgraph-checkpoint-postgres"
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    file = str(Path(home) / "langgraph.db")
    return await stack.enter_async_context(AsyncSqliteSaver.from_conn_string(file)), "langgraph-checkpoint-sqlite"


async def main() -> None:
    given = options()
    async with AsyncExitStack() as stack:
        saver, package = await checkpointer(given.server, given.home, stack)
        builder: Any = StateGraph(State)
        names = [f"step_{number}" for number in range(1, STEPS + 1)]
        for source, name in zip([START, *names], [*names, END], strict=True):
            if name != END:
                builder.add_node(name, step)
            builder.add_edge(source, name)
        graph = builder.compile(checkpointer=saver)

        async def one(number: int) -> None:
            config = {"configurable": {"thread_id": str(number)}}
            await graph.ainvoke({"value": INPUT}, config, durability="sync")

        await measure(one, given, "langgraph", package)


asyncio.run(main())
