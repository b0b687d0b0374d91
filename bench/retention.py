"""``python -m bench.retention``: 100,000 runs end, and Redis stays flat because the sweeper takes them along.

A real Valkey, a SQLite database in a temporary folder and the sweeper itself; the runs' logs are written as the engine
writes them, ten steps each, faster than any engine makes them (``--rate`` bounds that).
"""

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Final

from bench.processes import Stack

SAMPLE_S: Final = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--rate", type=int, default=1000, help="runs that end each second")
    parser.add_argument("--after", type=int, default=2, help="seconds after their end that runs are archived")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="agentcluster-retention-") as folder:
        home = Path(folder)
        stack = Stack(home, appendfsync="everysec")
        os.environ.update(stack.environment, ARCHIVE_AFTER_S=str(given.after))
        try:
            stack.wait(lambda: answers(stack.redis_url), "Valkey's start")
            report(given.runs, given.rate)
        finally:
            stack.stop()


def answers(url: str) -> bool:
    from agentcluster.streams.connections import sync_client
    from agentcluster.streams.errors import StreamsUnavailableError, translated

    try:
        with translated():
            return bool(sync_client(url, size=1).ping())
    except StreamsUnavailableError:
        return False


def report(total: int, rate: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from agentcluster.streams.shared import shared_client
    from designer.archive.figures import storage
    from designer.archive.models import RunArchive

    stopping = threading.Event()
    ending = threading.Thread(target=end_runs, args=(total, rate, stopping))
    sweeping = threading.Thread(target=sweep, args=(stopping,))
    began = time.monotonic()
    ending.start()
    sweeping.start()
    print(f"{'s':>5} {'archived':>9} {'in Redis':>9} {'keys':>8} {'Redis MB':>9} {'archive MB':>11}")
    most = 0
    while True:
        time.sleep(SAMPLE_S)
        found = storage(shared_client())
        used, left = found["redis"]["used_bytes"], found["runs"]["ended_in_redis"]
        most = max(most, used)
        archived = RunArchive.objects.count()
        print(
            f"{time.monotonic() - began:5.0f} {archived:9,} {left:9,} {found['redis']['keys']:8,} "
            f"{used / 1e6:9.1f} {found['archive']['bytes'] / 1e6:11.1f}",
            flush=True,
        )
        if not ending.is_alive() and not left:
            break
    passed = time.monotonic() - began
    stopping.set()
    sweeping.join()
    print(f"{total:,} runs in {passed:.0f} s; Redis never held more than {most / 1e6:.1f} MB")


def sweep(stopping: threading.Event) -> None:
    from agentcluster.streams.shared import shared_client
    from designer.archive.sweeper import Sweeper

    sweeper = Sweeper(shared_client(), "bench", stopping.is_set)
    while not stopping.is_set():
        if not sweeper.round():
            stopping.wait(0.2)


def end_runs(total: int, rate: int, stopping: threading.Event) -> None:
    """Write logs and rows of runs that have just ended, ``rate`` a second."""
    from bench.ended import Ending

    ending, began, made = Ending(), time.monotonic(), 0
    while made < total and not stopping.is_set():
        made += ending.make(min(200, total - made))
        time.sleep(max(0.0, began + made / rate - time.monotonic()))


if __name__ == "__main__":
    main()
