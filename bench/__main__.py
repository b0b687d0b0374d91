"""``python -m bench [--seconds N] [--quick] [--json FILE]``: measure, print a table, write JSON."""

import argparse
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.processes import Stack

if TYPE_CHECKING:
    from bench.engine import Figures


def main() -> None:
    """Measure the engine with AOF always and everysec, then the Celery chain, and print the ratios."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0, help="how long each throughput is measured")
    parser.add_argument("--quick", action="store_true", help="two seconds each and 20 lone runs, to see that it works")
    parser.add_argument("--json", type=Path, default=Path("bench-results.json"), help="where the figures are written")
    options = parser.parse_args()
    seconds, lone_runs = (2.0, 20) if options.quick else (options.seconds, 200)
    figures = {}
    for name, appendfsync in (("engine", "always"), ("engine-everysec", "everysec"), ("celery-chain", "always")):
        print(f"measuring {name} …", flush=True)
        figures[name] = _measure(name, appendfsync, seconds, lone_runs)
    from bench.report import print_table, write_json

    print_table(figures)
    write_json(figures, options.json)


def _measure(name: str, appendfsync: str, seconds: float, lone_runs: int) -> "Figures":
    with tempfile.TemporaryDirectory(prefix="agentcluster-bench-") as folder:
        stack = Stack(Path(folder), appendfsync=appendfsync)
        try:
            _use(stack)
            from bench import celery_chain, engine

            return (celery_chain if name.startswith("celery") else engine).measure(stack, seconds, lone_runs)
        finally:
            stack.stop()


def _use(stack: Stack) -> None:
    """Point this process's Django at the stack; each measurement has a database of its own."""
    import django
    from django.apps import apps
    from django.conf import settings
    from django.db import connections

    os.environ.update(stack.environment)
    if not apps.ready:
        django.setup()
        return
    settings.REDIS_URL = stack.redis_url
    connections.close_all()
    connections["default"].settings_dict["NAME"] = stack.home / "db.sqlite3"


if __name__ == "__main__":
    main()
