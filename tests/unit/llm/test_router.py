"""Routing: strategies, fallback, breakers, hot plugging. The engines here are the outside world."""

import asyncio
from dataclasses import dataclass, field

import pytest

from agents.llm.engine import Price
from agents.llm.errors import (
    BreakersOpenError,
    EngineRefusedError,
    EnginesFailedError,
    EngineTimeoutError,
    EngineUnavailableError,
    NoEngineError,
    OutputNotValidError,
)
from agents.llm.request import Answer, Completion, LlmRequest, Message, Usage
from agents.llm.router import Router

NUMBER = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


@dataclass
class Scripted:
    """Answers with its texts in turn (the last one repeats), or raises what stands among them."""

    says: list[str | Exception] = field(default_factory=lambda: ["hello"])
    price: Price = field(default_factory=Price)
    model: str = "m1"
    timeout_s: float = 5.0
    notice: str = ""
    repairs: bool = True
    delay_s: float = 0.0
    asked: list[LlmRequest] = field(default_factory=list)

    async def complete(self, request: LlmRequest, timeout_s: float) -> Completion:
        self.asked.append(request)
        await asyncio.sleep(self.delay_s)
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(said, Exception):
            raise said
        return Completion(said, request.model or self.model, 100, 50)


def router(**engines: Scripted) -> Router:
    made = Router()
    for name, engine in engines.items():
        made.register(name, engine)
    return made


def ask(made: Router, **options) -> Answer:
    return asyncio.run(made.route(LlmRequest(messages=(Message("user", "hi"),), **options)))


def test_an_answer_says_who_gave_it_and_what_it_cost() -> None:
    answer = ask(router(a=Scripted(price=Price(input=0.5, output=2.0))), model="other")
    assert (answer.text, answer.engine, answer.model, answer.data) == ("hello", "a", "other", None)
    assert answer.usage == Usage(100, 50, pytest.approx(0.05 + 0.1), False)


def test_a_fallback_chain_goes_in_order_and_tells_who_failed() -> None:
    made = router(a=Scripted([EngineUnavailableError("a is down.")]), b=Scripted(["from b"]), c=Scripted(["from c"]))
    answer = ask(made)
    assert (answer.engine, [failure.code for failure in answer.failures]) == ("b", ["engine_unavailable"])
    assert ask(made, engines=("c", "b")).engine == "c"


def test_a_named_engine_is_asked_alone_and_its_error_stays() -> None:
    made = router(a=Scripted([EngineRefusedError("no such model.")]), b=Scripted())
    with pytest.raises(EngineRefusedError, match="no such model"):
        ask(made, engine="a")
    with pytest.raises(NoEngineError, match="no engine 'z'; there are a, b"):
        ask(made, engine="z")


def test_latency_first_takes_the_fastest_once_all_are_measured() -> None:
    made = router(slow=Scripted(delay_s=0.03), quick=Scripted())
    assert {ask(made, strategy="latency-first").engine for _ in range(2)} == {"slow", "quick"}
    assert {ask(made, strategy="latency-first").engine for _ in range(5)} == {"quick"}


def test_cost_aware_takes_the_cheapest_that_meets_the_sla() -> None:
    made = router(dear=Scripted(price=Price(1, 1)), cheap=Scripted(price=Price(0.1, 0.1), delay_s=0.05))
    assert ask(made, strategy="cost-aware").engine == "cheap"
    assert ask(made, strategy="cost-aware").engine == "cheap"
    assert ask(made, strategy="cost-aware", sla_ms=20).engine == "dear"


def test_when_all_fail_the_error_says_what_each_said() -> None:
    made = router(a=Scripted([EngineUnavailableError("a is down.")]), b=Scripted([EngineRefusedError("b will not.")]))
    with pytest.raises(EnginesFailedError, match="a is down; b will not") as caught:
        ask(made)
    assert caught.value.retryable
    assert [each["engine"] for each in caught.value.data["failures"]] == ["a", "b"]
    with pytest.raises(EnginesFailedError) as caught:
        ask(router(a=Scripted([EngineRefusedError("no.")]), b=Scripted([EngineRefusedError("no.")])))
    assert not caught.value.retryable


def test_an_engine_that_takes_too_long_is_given_up() -> None:
    made = router(a=Scripted(delay_s=5), b=Scripted(["from b"]))
    answer = ask(made, timeout_s=0.05)
    assert (answer.engine, answer.failures[0].code) == ("b", "engine_timeout")
    with pytest.raises(EngineTimeoutError, match=r"within 0\.05 s"):
        ask(made, timeout_s=0.05, engine="a")


def test_an_engine_that_keeps_failing_is_left_alone_until_it_has_rested() -> None:
    now = [0.0]
    made = Router(lambda: now[0])
    broken = Scripted([EngineUnavailableError("a is down.")])
    made.register("a", broken)
    for _ in range(5):
        with pytest.raises(EngineUnavailableError):
            ask(made)
    with pytest.raises(BreakersOpenError, match="left alone for 30 s"):
        ask(made)
    assert len(broken.asked) == 5
    now[0] = 31.0
    broken.says = ["back"]
    assert ask(made).text == "back"
    assert ask(made).failures == ()


def test_a_refused_request_is_not_held_against_the_engine() -> None:
    made = router(a=Scripted([EngineRefusedError("too long.")] * 9 + ["fine"]))
    for _ in range(9):
        with pytest.raises(EngineRefusedError):
            ask(made)
    assert ask(made).text == "fine"


def test_engines_come_go_and_are_replaced_while_hooks_hear_of_it() -> None:
    made, heard = Router(), []
    stop = made.on_change(lambda change, name: heard.append((change, name)))
    made.on_change(lambda change, name: 1 / 0)
    made.register("a", Scripted(["first"]))
    made.register("b", Scripted())
    made.register("a", Scripted(["second"]))
    assert (made.names, ask(made).text) == (("a", "b"), "second")
    made.remove("a")
    stop()
    made.remove("b")
    assert heard == [("registered", "a"), ("registered", "b"), ("replaced", "a"), ("removed", "a")]
    with pytest.raises(NoEngineError, match="There is no language model"):
        ask(made)
    with pytest.raises(NoEngineError):
        made.remove("a")


def test_structured_output_is_checked_and_repaired_once() -> None:
    engine = Scripted(['{"n": "seven"}', 'Sure:\n```json\n{"n": 7}\n```'])
    answer = ask(router(a=engine), schema=NUMBER)
    assert (answer.data, answer.usage.prompt_tokens) == ({"n": 7}, 200)
    shown, complaint = engine.asked[1].messages[-2:]
    assert (shown.role, shown.content) == ("assistant", '{"n": "seven"}')
    assert "/n must be a whole number, not the text 'seven'" in complaint.content


def test_output_that_cannot_be_repaired_is_a_typed_error_with_what_it_cost() -> None:
    engine = Scripted(["no json here"], price=Price(1, 1))
    with pytest.raises(OutputNotValidError, match="the answer is not JSON") as caught:
        ask(router(a=engine), schema=NUMBER)
    assert len(engine.asked) == 2
    assert caught.value.data["cost"] == pytest.approx(0.3)
    with pytest.raises(OutputNotValidError):
        ask(router(a=Scripted(["{}"], repairs=False)), schema=NUMBER)
