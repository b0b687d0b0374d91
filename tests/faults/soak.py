"""``python -m tests.faults.soak``: faults in random order on one installation, for as long as you like.

It says its seed first; the same ``--seed`` gives the same faults in the same order.
"""

import argparse
import os
import random
import secrets
import sys
import tempfile
import time
from pathlib import Path

import tests.environment  # noqa: F401 - a data folder of our own, before Django's settings are read

import django  # isort: skip

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentcluster.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from tests.faults.cluster import ALIAS, database  # noqa: E402
from tests.faults.faults import LONG, SHARED  # noqa: E402
from tests.faults.lab import Fault, Lab, laboratory  # noqa: E402
from tests.faults.table import Result, result_of, table  # noqa: E402


def soak(lab: Lab, dice: random.Random, until: float) -> list[Result]:
    """Inflict faults until ``until`` (monotonic seconds), or until something is wrong."""
    results: list[Result] = []
    while time.monotonic() < until and lab.sound:
        fault = dice.choice(SHARED + LONG)
        lab.make_whole()
        try:
            result = _one(lab, fault)
        except AssertionError as error:
            print(f"      {error}", flush=True)
            lab.sound = False
            break
        results.append(result)
        print(
            f"{len(results):4}  {fault.name}: {result.survived} of {result.runs} runs, {result.violations} wrong",
            flush=True,
        )
    return results


def _one(lab: Lab, fault: Fault) -> Result:
    outcome = lab.suffer(fault)
    for violation in outcome.violations:
        print(f"      {violation.invariant}: {violation.message}", flush=True)
    return result_of(fault, outcome)


def main() -> int:
    """Return 0 when all went well."""
    parser = argparse.ArgumentParser(description="Let random faults happen to an installation under load.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    print(f"seed {seed} (SEED={seed} make soak repeats it)", flush=True)
    random.seed(seed)
    with tempfile.TemporaryDirectory(prefix="agentcluster-soak-") as folder:
        home, migrated = Path(folder) / "home", Path(folder) / "migrated.sqlite3"
        home.mkdir()
        with database(f"sqlite:///{migrated}"):
            call_command("migrate", database=ALIAS, verbosity=0)
        with laboratory(home, migrated, hungry=True, quiet=True) as lab:
            results = soak(lab, random.Random(seed), time.monotonic() + options.minutes * 60)
            sound = lab.sound
            if not sound:
                print(lab.cluster.logs())
    print(table(results))
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
