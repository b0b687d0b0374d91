"""Which Redis streams a trigger may read: none of the system's own, which hold what all projects send."""

import inspect

import pytest

from agentcluster.streams import keys, retention
from agentcluster.streams.inbound import check_key

MADE = [
    make(*("x" for _ in inspect.signature(make).parameters))
    for _, make in inspect.getmembers(keys, inspect.isfunction)
    if make.__module__ == keys.__name__ and inspect.signature(make).return_annotation is str
]
NAMED = [
    *(keys.READY, keys.TIMERS, keys.GATES, keys.WORKERS, keys.REAPER, keys.TASK_AGENTS, keys.TASK_SWEEPER),
    *(keys.DEAD_LETTER_AGENTS, keys.BREAKERS, keys.BREAKER_CHANGES, keys.BREAKER_FIGURES, keys.PRESENT),
    *(keys.REJECTED, f"{keys.BUCKETS}:v1:gcra:x", retention.LEASE, retention.RATE),
]


@pytest.mark.parametrize("key", sorted({*MADE, *NAMED, ":1:token-guesses:127.0.0.1", "_kombu.binding.jobs"}))
def test_a_key_of_the_system_is_no_trigger_s(key):
    assert "the system itself" in check_key(key)


@pytest.mark.parametrize("key", ["orders", "orders:{eu}:new", "contracts-signed", "{orders}", "limits"])
def test_other_keys_are(key):
    assert check_key(key) == ""
