"""How the node stands, besides what it hosts: drained or not, and what it has to offer to instances."""

import os
from dataclasses import dataclass, field

import psutil

from agents.cluster.heartbeat import Runtime


@dataclass(slots=True)
class Condition:
    """Changes while the node runs; heartbeats tell it."""

    draining: bool = False
    runtime: Runtime = field(default_factory=Runtime)
    memory_mib: int = field(default_factory=lambda: psutil.virtual_memory().total // 2**20)
    """The limit the node was given, else the machine's memory."""
    cpu_count: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))
