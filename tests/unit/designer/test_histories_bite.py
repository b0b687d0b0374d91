"""The check of the recorded histories fails when calls, their keys or their pauses change."""

import msgspec
import pytest

from designer.domain import advance, backoff, pending, run
from tests.unit.designer import test_histories as histories

PLAIN_CALL, PLAIN_PAUSE = pending.call_of, backoff._pause_ms


def calls_with(**changes):
    def changed(begun, state, asks):
        call = PLAIN_CALL(begun, state, asks)
        return msgspec.structs.replace(call, **{field: change(call) for field, change in changes.items()})

    return lambda patch: [patch.setattr(module, "call_of", changed) for module in (pending, advance, run)]


CHANGES = {
    "the form of the idempotency key": calls_with(
        idempotency_key=lambda call: call.idempotency_key.replace("/", ":"),
        call_id=lambda call: call.call_id.replace("/", ":"),
    ),
    "the key alone": calls_with(idempotency_key=lambda call: f"{call.idempotency_key}!"),
    "every input": calls_with(input=lambda call: {}),
    "a pinned version": calls_with(version=lambda call: ""),
    "the agent": calls_with(agent=lambda call: call.agent and "another"),
    "since when it is ready": calls_with(ready_at=lambda call: call.ready_at + 1),
    "the pause before a retry": lambda patch: patch.setattr(
        backoff, "_pause_ms", lambda *asked: 2 * PLAIN_PAUSE(*asked)
    ),
    "how often a lost node is made good": lambda patch: patch.setattr(backoff, "MAX_REDELIVERIES", 0),
    "the attempts of handlers": lambda patch: patch.setattr(backoff, "HANDLERS_ARE_RETRIED", 99),
    "the attempts of handlers in old runs": lambda patch: patch.setattr(backoff, "HANDLERS_ARE_RETRIED", 1),
    "what a redriven step gets": lambda patch: patch.setattr(
        pending, "_who", lambda begun, state, value: (state.node.agent, state.node.version, value)
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_some_history_fails_when_this_changes(monkeypatch, change):
    change(monkeypatch)
    assert any(map(fails, histories.HISTORIES))


def fails(path):
    try:
        histories.test_every_decision_in_a_history_would_be_made_again(path)
    except Exception:
        return True
    return False


def test_none_fails_when_nothing_changes():
    assert not any(map(fails, histories.HISTORIES))
