"""How a child that hangs is ended."""

import asyncio
import sys

from agentcluster.up.child import Child, ProcessSpec

WAITS = "import sys, time\ndef stands_here():\n    print('waiting', flush=True)\n    time.sleep(600)\nstands_here()"


async def test_one_that_hangs_says_where_and_is_gone() -> None:
    lines: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    child = Child(ProcessSpec("one", [sys.executable, "-X", "faulthandler", "-c", WAITS]), lines.put_nowait)
    assert child.pid == 0
    await child.start()
    assert (await lines.get())["event"] == "waiting"
    await child.end_hung()
    assert await child.wait() < 0
    assert not child.running
    assert any("stands_here" in line for line in child.last_lines)
    await child.end_hung()


async def test_one_that_does_not_even_take_signals_is_killed() -> None:
    deaf = f"import signal\nsignal.signal(signal.SIGABRT, signal.SIG_IGN)\n{WAITS}"
    lines: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    child = Child(ProcessSpec("one", [sys.executable, "-c", deaf]), lines.put_nowait)
    await child.start()
    assert (await lines.get())["event"] == "waiting"
    await child.end_hung()
    assert await child.wait() == -9
