"""All measurements, in the order they are made in."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from bench.figures import Figure, Size
from bench.processes import Stack

Measure = Callable[[Stack, Size], list[Figure]]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement: ``where`` is ``module:function``, ``appendfsync`` how Valkey keeps what it is given."""

    name: str
    title: str
    where: str
    appendfsync: str = "always"

    def load(self) -> Measure:
        """Return its function; only now, because Django has to be set up first."""
        module, _, function = self.where.partition(":")
        measure: Measure = getattr(importlib.import_module(module), function)
        return measure


CHAIN = "celery-chain"
RIVALS = ("dbos", "temporal", "restate", "langgraph-sqlite", "langgraph-postgres")
MEASUREMENTS = (
    Measurement("engine-always", "10-step runs, AOF always", "bench.engine:measure"),
    Measurement("engine-everysec", "10-step runs, AOF everysec", "bench.engine:measure", "everysec"),
    Measurement(CHAIN, "Celery chain of 10 tasks, AOF always", "bench.celery_chain:measure"),
    Measurement("fan-out", "Fan-out of 100 and join", "bench.fan_out:measure"),
    Measurement("fan-out-everysec", "Fan-out of 100 and join, AOF everysec", "bench.fan_out:measure", "everysec"),
    Measurement("starts", "Starts over REST", "bench.starts:measure"),
    Measurement("overload", "Ten times more starts than the entry takes", "bench.overload:measure"),
    Measurement("parked", "Parked runs", "bench.memory:parked"),
    Measurement("in-flight", "Runs in flight", "bench.memory:in_flight"),
    Measurement("event-cost", "Cost per event by length of run", "bench.event_cost:measure"),
    Measurement("workers", "Two engine workers", "bench.workers:measure"),
    Measurement("slow-instance", "One slow instance of five", "bench.slow_instance:measure"),
    Measurement("viewers", "Live traces", "bench.viewers:measure"),
    *(Measurement(name, name, "bench.rivals.runner:measure") for name in RIVALS),
)
