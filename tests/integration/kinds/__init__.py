"""Every kind of node and every control through the whole running system, started and watched over REST.

One installation (web, engine, two nodes, Valkey, NATS) serves all of them; the second node hosts ``act``, an agent
whose effects are counted outside (``agents.py``). What is held where:

``test_calls.py``
    agent by name and by capability, retry, which errors are retried, time-out, heartbeat time-out, error edge,
    continue with a default, run_if, cache; http: answer, retry, refusal; transform: an expression that fails.
``test_reasoning.py``
    llm: the offline engine and its limits; memory: conflict; emit: a real subscriber; intent: the best bid, nobody,
    criteria; plan: shown, approved, rejected.
``test_flow.py``
    start (form, defaults), several ends, condition, switch, join (all, any, count), map (order, fail, collect,
    time-out), loop (last, limit), refused graphs.
``test_waiting.py``
    wait (duration, moments), approval (two needed, rejected, time-out, no right), signal (early, key, time-out, data).
``test_compensation.py``
    on failure, on cancel, in maps and inner workflows, a handler that fails, what is refused meanwhile.
``test_inner.py``
    inner workflow: the version stays, failure, time-out, what validation refuses.
``test_control.py``
    pause and resume, cancel and terminate in flight, retry, replay, fork, continue-as-new (each by counted effects),
    idempotency key, concurrency (queue, reject, replace); the whole stream over WebSocket.
``test_templates.py``
    every template with its sample.

Elsewhere: cursors and slow readers (``integration/traces``), bulk with preview (``integration/api/test_bulk.py``,
``test_live_control.py``), refusals one by one (``integration/api/test_run_control.py``), order by priority
(``integration/engine/test_priorities.py``), parking (``integration/engine/test_parking.py``), kills (``tests/faults``).
"""
