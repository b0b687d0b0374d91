"""The whole pure core under random orders: whatever comes, in whatever order, and whoever drives the run."""

from collections import Counter

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agents.domain.calls import CallError, CallReply
from designer.domain import commands as asked
from designer.domain import events as ev
from designer.domain.compact import compact
from designer.domain.events import Record
from designer.domain.run import Run
from tests.unit.designer.play import Player
from tests.unit.designer.test_run_properties import MADE, SUBPLAN, drawings, picture

LATER = 10_000_000
PEOPLE = st.sampled_from(["ada", "ben"])
OUTCOMES = st.sampled_from(["ok", "ok", "ok", "bad", "busy", "node_lost"])
ENDS = (ev.RunCompleted, ev.RunFailed, ev.RunCancelled, ev.RunTerminated, ev.RunContinued)


class RunMachine(RuleBasedStateMachine):
    """Rules are what may happen to a run; ``answers`` are replies on their way, which may come twice or never."""

    @initialize(drawn=drawings(), limited=st.booleans())
    def begin(self, drawn, limited):
        self.player = Player(drawn, subplans={"sub": SUBPLAN})
        self.answers: list[tuple[str, CallReply]] = []
        self.number = 0
        if limited:
            self.player.record(self.run.queue("key", 1, self.player.now))
        self.advance()

    @property
    def run(self) -> Run:
        return self.player.run

    def advance(self):
        self.player.record(self.run.advance(self.player.now))

    @rule(place=st.sampled_from(["send", "send", "send", "wait", "refuse", "cached"]))
    def place_calls(self, place):
        """The driver sends what is ready, finds it in the cache, must wait for an instance, or cannot send it at all."""
        self.advance()
        for call in self.run.pending_calls(self.player.now):
            assert not self.run.paused
            assert not self.run.queued or self.run.stopping
            if place == "send":
                events = [self.run.dispatch(call, "i", "n", "1.0.0", self.player.now)]
            elif place == "wait":
                events = self.run.waiting(call, "no_instance", "No live instance.", self.player.now)
            elif place == "refuse":
                events = self.run.refuse(call, CallError("no_bid", "Nobody.", retryable=True), self.player.now)
            else:
                output = {"graph": MADE} if call.agent == "planner" else {"v": call.step}
                events = self.run.cached(call, output, self.player.now)
            self.player.record(events)
        self.advance()

    @precondition(lambda self: self.run.flights)
    @rule(data=st.data(), outcome=OUTCOMES)
    def an_agent_answers(self, data, outcome):
        step = data.draw(st.sampled_from(sorted(self.run.flights)))
        flight = self.run.flights[step]
        if outcome == "ok":
            output = {"graph": MADE} if flight.agent == "planner" else {"v": step}
            reply = CallReply(flight.call_id, "ok", output=output)
        else:
            error = CallError(outcome, outcome, retryable=outcome != "bad")
            reply = CallReply(flight.call_id, "error", error=error)
        self.answers.append((step, reply))
        self._deliver(step, reply)

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def an_answer_comes_again(self, data):
        step, reply = data.draw(st.sampled_from(self.answers))
        flight = self.run.flights.get(step)
        if flight is None or flight.call_id != reply.call_id:
            assert self.run.reply(step, reply, self.player.now) == []

    def _deliver(self, step, reply):
        self.player.now += 1
        self.player.record(self.run.reply(step, reply, self.player.now))
        self.advance()

    def _command(self, command):
        self.number += 1
        entry = f"{self.number}-0"
        self.player.now += 1
        self.player.record(self.run.command(entry, command, self.player.now))
        assert self.run.command(entry, command, self.player.now) == []
        self.advance()

    @rule(by=PEOPLE, kind=st.sampled_from([asked.Pause, asked.Resume, asked.Resume, asked.Cancel]))
    def somebody_asks(self, by, kind):
        self._command(kind(by))

    @precondition(lambda self: self.run.queued)
    @rule()
    def its_turn_comes(self):
        self._command(asked.Admit())

    @rule(by=PEOPLE)
    def somebody_terminates(self, by):
        if self.number % 7 == 6:
            self._command(asked.Terminate(by))

    @rule(by=PEOPLE, name=st.sampled_from(["x", "y", "z"]), key=st.sampled_from(["", "k"]))
    def a_signal_comes(self, by, name, key):
        self._command(asked.Signal(by, name=name, key=key, data=self.number))

    @rule(by=PEOPLE, approved=st.booleans(), data=st.data())
    def somebody_decides(self, by, approved, data):
        steps = sorted(self.run.suspended) or ["nothing"]
        self._command(asked.Decide(by, step=data.draw(st.sampled_from(steps)), approved=approved))

    @precondition(lambda self: self.run.next_timer is not None)
    @rule()
    def time_goes_by(self):
        self.player.now = max(self.player.now, self.run.next_timer)
        self.advance()

    @rule()
    def its_time_may_be_over(self):
        if self.number % 11 == 10:
            self.player.record(self.run.expire("Too long.", self.player.now))
            self.advance()

    @precondition(lambda self: self.run.stopping)
    @rule()
    def agents_that_do_not_stop_are_given_up(self):
        self.player.record(self.run.stop_in_flight(self.player.now))

    @rule()
    def another_worker_takes_over(self):
        """All that was only in memory is gone: calls not sent yet, and what was not appended."""
        self.player.run = self.player.replayed()
        self.advance()

    @rule()
    def it_goes_on_under_a_new_log(self):
        if self.run.terminal or self.run.stopping:
            return
        flights = {step: flight.call_id for step, flight in self.run.flights.items()}
        undoable = list(self.run.undoable)
        paused, queued = self.run.paused, self.run.queued
        again = self.player.resumed(compact(self.player.plan, self.player.records()))
        again.calls = self.player.calls
        self.player, self.number = again, 0
        assert {step: flight.call_id for step, flight in self.run.flights.items()} == flights
        assert self.run.undoable == undoable
        assert (self.run.paused is None) == (paused is None)
        assert self.run.queued == queued
        self.advance()

    # What always holds

    def _events(self):
        return [event for _, event in self.player.log]

    @invariant()
    def it_ends_once_and_then_is_still(self):
        ends = [index for index, event in enumerate(self._events()) if isinstance(event, ENDS)]
        assert len(ends) <= 1
        if ends:
            assert ends[0] == len(self.player.log) - 1
            assert self.run.terminal
            assert not self.run.flights
            assert self.run.pending_calls(self.player.now + LATER) == []
            assert self.run.advance(self.player.now + LATER) == []

    @invariant()
    def counters_fit(self):
        scopes = {id(state.scope): state.scope for state in self.run.steps.values()}
        for scope in scopes.values():
            assert scope.live >= 0
        assert self.run.root.live >= 0
        assert set(self.run.retries) <= set(self.run.steps)
        assert all(self.run.steps[step].status == "running" for step in self.run.flights)
        assert not set(self.run.flights) & set(self.run.suspended)
        assert not set(self.run.flights) & set(self.run.retries)

    @invariant()
    def a_replay_is_the_same_run(self):
        again = self.player.replayed()
        assert picture(again) == picture(self.run)
        assert again.undoable == self.run.undoable
        assert list(again.signals) == list(self.run.signals)
        assert (again.paused, again.status) == (self.run.paused, self.run.status) or not self.run.terminal
        assert sorted(again.suspended) == sorted(self.run.suspended)
        assert again.timers == self.run.timers
        msgspec.json.encode([Record(1, 1, 1, "", event) for event in self._events()])

    @invariant()
    def each_result_is_recorded_once(self):
        ended = (ev.StepCompleted, ev.StepSkipped, ev.StepCancelled)
        counts = Counter(e.step for e in self._events() if isinstance(e, ended))
        counts.update(e.step for e in self._events() if isinstance(e, ev.StepFailed) and not e.retry_at)
        assert not [step for step, count in counts.items() if count > 1]

    @invariant()
    def each_signal_is_taken_once(self):
        received = sum(isinstance(event, ev.SignalReceived) for event in self._events())
        taken = sum(
            1 for s in self.run.steps.values() if s.status == "completed" and isinstance(s.input, ev.SignalAwaited)
        )
        assert taken + len(self.run.signals) <= received

    @invariant()
    def undone_is_what_was_done(self):
        started = [event for event in self._events() if isinstance(event, ev.CompensationStarted)]
        assert len(started) <= 1
        if started:
            at = self._events().index(started[0])
            before = self._events()[:at]
            completed = [e.step for e in before if isinstance(e, ev.StepCompleted) and not e.cached]
            done = [step for step in completed if self.run.steps[step].node.undo]
            assert [undo.step for undo in started[0].undo] == done[::-1]
        if isinstance(self.run.outcome, (ev.RunFailed, ev.RunCancelled)) and started:
            handlers = [self.run.steps[undo.handler].status for undo in started[0].undo]
            assert set(handlers) <= {"completed", "failed", "skipped", "cancelled"}
            failed = "failed" in handlers
            assert self.run.outcome.compensation == ("incomplete" if failed else "done")
        if isinstance(self.run.outcome, ev.RunCompleted):
            assert not started

    def teardown(self):
        """Let it end: everything that waits is answered, and it must not hang."""
        if not hasattr(self, "player") or self.run.terminal:
            return
        self._command(asked.Resume("ada"))
        self._command(asked.Admit())
        self.player.asked = self.number
        for _ in range(300):
            if self.run.terminal:
                break
            self.player.record(self.run.advance(self.player.now))
            for step, flight in [*self.run.flights.items()]:
                output = {"graph": MADE} if flight.agent == "planner" else {"v": step}
                self._deliver(step, CallReply(flight.call_id, "ok", output=output))
            self.place_calls("send")
            if self.run.flights or self.run.terminal:
                continue
            if not self.player.outside() and self.run.next_timer:
                self.player.now = max(self.player.now, self.run.next_timer)
        assert self.run.terminal, (self.run.status, self.run.reasons(self.player.now), self.player.statuses())


RunMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestRunMachine = RunMachine.TestCase
