"""``python -m bench [NAME …] [--seconds N] [--quick] [--json FILE] [--write-docs]``: measure, print tables, write JSON."""

import argparse
import os
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.catalogue import MEASUREMENTS, Measurement
from bench.figures import QUICK, Figure, Size
from bench.processes import Stack

DOCS = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


def main() -> None:
    """Make every measurement, or those that are named, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(each.name for each in MEASUREMENTS))
    parser.add_argument("--seconds", type=float, help="how long each throughput is measured (10)")
    parser.add_argument("--quick", action="store_true", help="a second each and few runs, to see that it works")
    parser.add_argument("--json", type=Path, default=Path("bench-results.json"), help="where the figures are written")
    parser.add_argument("--write-docs", action="store_true", help="put the tables into docs/performance.md")
    options = parser.parse_args()
    unknown = {*options.names} - {each.name for each in MEASUREMENTS}
    if unknown:
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}")
    size = QUICK if options.quick else Size()
    size = replace(size, seconds=options.seconds) if options.seconds else size
    results, left_out = measure_all([*options.names], size)
    from bench import report

    report.print_tables(results)
    report.write_json(results, left_out, options.json)
    if options.write_docs:
        report.write_docs(results, left_out, DOCS)


def measure_all(names: list[str], size: Size) -> tuple[dict[str, list[Figure]], dict[str, str]]:
    """Return the figures by measurement, and why those are missing that are."""
    from bench.rivals.installed import why_missing

    results: dict[str, list[Figure]] = {}
    left_out: dict[str, str] = {}
    for measurement in MEASUREMENTS:
        if names and measurement.name not in names:
            continue
        missing = why_missing(measurement.name)
        if missing:
            left_out[measurement.name] = missing
            print(f"{measurement.name} is left out: {missing}", flush=True)
            continue
        print(f"measuring {measurement.name} …", flush=True)
        results[measurement.name] = _measure(measurement, size)
    return results, left_out


def _measure(measurement: Measurement, size: Size) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="agentcluster-bench-") as folder:
        stack = Stack(Path(folder), appendfsync=measurement.appendfsync, name=measurement.name)
        try:
            use(stack)
            return measurement.load()(stack, size)
        finally:
            stack.stop()


def use(stack: Stack) -> None:
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
