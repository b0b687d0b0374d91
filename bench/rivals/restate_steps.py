"""Restate: a handler of ten ``ctx.run`` steps, each in the server's log before the next one; called over its ingress."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import restate

from bench.rivals.frame import INPUT, STEPS, measure, options

bench = restate.Service("bench")


async def step(value: dict[str, Any]) -> dict[str, Any]:
    return value


@bench.handler()
async def ten_steps(ctx: restate.Context, value: dict[str, Any]) -> dict[str, Any]:
    for number in range(STEPS):
        value = await ctx.run_typed(f"step_{number}", step, value=value)
    return value


app = restate.app([bench])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(client: httpx.AsyncClient, url: str, **body: Any) -> None:
    for _ in range(300):
        try:
            answer = await (client.post(url, json=body) if body else client.get(url))
            if answer.status_code < 300:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise SystemExit(f"{url} did not answer well.")


async def main() -> None:
    given = options()
    ingress, admin, node, worker = (free_port() for _ in range(4))
    environment = {
        **os.environ,
        "RESTATE_INGRESS__BIND_ADDRESS": f"127.0.0.1:{ingress}",
        "RESTATE_ADMIN__BIND_ADDRESS": f"127.0.0.1:{admin}",
        "RESTATE_BIND_ADDRESS": f"127.0.0.1:{node}",
        "RESTATE_ADVERTISED_ADDRESS": f"http://127.0.0.1:{node}",
        "RESTATE_BASE_DIR": str(Path(given.home) / "restate"),
        "RESTATE_LOG_FILTER": "error",
        "RESTATE_DISABLE_TELEMETRY": "true",
    }
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    hypercorn = [sys.executable, "-m", "hypercorn", "bench.rivals.restate_steps:app", "--bind", f"127.0.0.1:{worker}"]
    processes = [
        subprocess.Popen([given.server, "--node-name", "bench"], env=environment, **quiet),  # noqa: ASYNC220
        subprocess.Popen(hypercorn, **quiet),  # noqa: ASYNC220
    ]
    limits = httpx.Limits(max_connections=200)
    try:
        async with httpx.AsyncClient(timeout=60, limits=limits) as client:
            await until(client, f"http://127.0.0.1:{admin}/health")
            deployment = f"http://127.0.0.1:{worker}"
            await until(client, f"http://127.0.0.1:{admin}/deployments", uri=deployment)

            async def one(_: int) -> None:
                answer = await client.post(f"http://127.0.0.1:{ingress}/bench/ten_steps", json=INPUT)
                answer.raise_for_status()

            await until(client, f"http://127.0.0.1:{ingress}/bench/ten_steps", **INPUT)
            await measure(one, given, "restate-sdk")
    finally:
        for process in processes:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    asyncio.run(main())
