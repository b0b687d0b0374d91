"""What the scenarios share: how a run is played, and where they are gathered."""

from collections.abc import Callable
from typing import Any

import msgspec

from agents.domain.calls import CallError
from designer.domain.events import RULES, RunStarted
from designer.domain.graph import Settings
from designer.domain.plan import compile_plan
from designer.domain.run import Run
from tests.unit.designer.play import Player, agent, graph, start

T0 = 1_790_000_000_000
BAD = CallError("bad_input", "That cannot be done.")
BUSY = CallError("busy", "Come again.", retryable=True)
INNER = graph(
    start(),
    agent("count", agent="text", input={"text": "${input.text}"}),
    {"kind": "end", "id": "end", "output": {"n": "${steps.count.n}"}},
    edges="start>count count>end",
)
TIMED = msgspec.structs.replace(INNER, settings=Settings(timeout_s=60.0))
SUBPLANS = {"01J8Z3K4M5N6P7Q8R9S0T1VE77": INNER, "01J8Z3K4M5N6P7Q8R9S0T1VE78": TIMED}

Scenario = Callable[[], Player]
SCENARIOS: dict[str, Scenario] = {}


def scenario(make: Scenario) -> Scenario:
    SCENARIOS[make.__name__] = make
    return make


def player(
    *nodes: Any, edges: str, run_input: Any = None, answer: Any = lambda call: {"n": 1}, rules: int = RULES
) -> Player:
    drawn = graph(*nodes, edges=edges)
    played = Player(drawn, answer=answer, subplans={key: compile_plan(inner) for key, inner in SUBPLANS.items()})
    played.now = T0
    begun = RunStarted(
        "01J8Z3K4M5N6P7Q8R9S0T1V2W3",
        "01J8Z3K4M5N6P7Q8R9S0T1WF00",
        "01J8Z3K4M5N6P7Q8R9S0T1VE00",
        run_input or {},
        "ada",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "engine-1",
        rules=rules,
    )
    played.run = Run(played.plan)
    played.run.apply(begun, T0)
    played.log = [(T0, begun)]
    return played


def turn(played: Player) -> None:
    """Answer what is called now."""
    for call in played.dispatch():
        played.reply(call, played.answer(call))
    played.record(played.run.advance(played.now))


def end(**output: Any) -> dict[str, Any]:
    return {"kind": "end", "id": "end", "output": output}
