"""A fork's edits put into what was recorded: the way a step leads on follows its new result, or the edit is refused.

Steps that only were skipped because a branch was not taken are decided again where an edit takes another branch; whatever
else was recorded after it has to be possible with it.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from agents.domain.schema_check import pointer
from designer.domain import events as ev
from designer.domain.fork_errors import ForkError
from designer.domain.graph import Node
from designer.domain.nodes import ApprovalNode, ConditionNode, SwitchNode
from designer.domain.plan import Plan
from designer.domain.run import Run


class Edits(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the new run has otherwise: the whole ``input`` (None: as it was), ``outputs`` of steps by name."""

    input: Any = None
    outputs: dict[str, Any] = {}


def edited(plan: Plan, events: Iterable[ev.Event], edits: Edits, at: int) -> list[ev.Event]:
    """Return ``events`` with the edits in them, folded (at ``at``, ms) to see that they still follow from each other.

    Raises ``ForkError``: of a step without a result, a result that says of no way on, or a contradiction.
    """
    editing = _Editing(plan, edits, at)
    found = [event for each in events if (event := editing.taken(each)) is not None]
    if editing.missing:
        names = ", ".join(f"`{name}`" for name in sorted(editing.missing))
        raise ForkError(f"No result of {names} is recorded up to that event.", steps=sorted(editing.missing))
    return found


def port_of(step: str, node: Node, output: Any, port: str) -> str:
    """Return the way on that ``output`` means for a step that chooses one by it, else ``port``; raises ``ForkError``."""
    if isinstance(node, ConditionNode):
        return "true" if _field(step, output, "result", (True, False)) else "false"
    if isinstance(node, ApprovalNode):
        return "approved" if _field(step, output, "approved", (True, False)) else "rejected"
    if isinstance(node, SwitchNode):
        return str(_field(step, output, "case", (*(case.port for case in node.cases), "default")))
    return port


def _field(step: str, output: Any, name: str, allowed: tuple[Any, ...]) -> Any:
    value = output.get(name) if isinstance(output, dict) else None
    if not any(value is each or (isinstance(each, str) and value == each) for each in allowed):
        known = ", ".join(str(each).lower() if isinstance(each, bool) else str(each) for each in allowed)
        message = f"is what the way on is chosen by: one of {known}"
        raise ForkError(f"`{step}`: `{name}` {message}.", field=pointer(["outputs", step, name]), told=message)
    return value


class _Editing:
    """The fold of the edited events so far. ``turned``: an edit has taken another branch."""

    def __init__(self, plan: Plan, edits: Edits, at: int) -> None:
        self.run, self.edits, self.at = Run(plan), edits, at
        self.missing = set(edits.outputs)
        self.turned = False

    def taken(self, event: ev.Event) -> ev.Event | None:
        """Return the event as the fork has it; None when it is to be decided again."""
        changed = self._changed(event)
        if self.turned and self._is_moot(changed):
            return None
        try:
            self.run.apply(changed, self.at)
        except Exception as error:
            raise _contradiction() from error
        return changed

    def _changed(self, event: ev.Event) -> ev.Event:
        if isinstance(event, ev.RunStarted) and self.edits.input is not None:
            return msgspec.structs.replace(event, input=self.edits.input)
        if not isinstance(event, ev.StepCompleted) or event.step not in self.edits.outputs:
            return event
        self.missing.discard(event.step)
        output, state = self.edits.outputs[event.step], self.run.steps.get(event.step)
        if state is None:
            raise _contradiction()
        port = port_of(event.step, state.node.node, output, event.port)
        self.turned = self.turned or port != event.port
        return msgspec.structs.replace(event, output=output, port=port)

    def _is_moot(self, event: ev.Event) -> bool:
        """Return whether an event only told of a branch not taken; raises ``ForkError`` when it cannot have happened now."""
        step = getattr(event, "step", "")
        if not step:
            return False
        state = self.run.steps.get(step)
        dead = state is not None and state.status == "ready" and state.dead
        reached = state is not None and state.status != "waiting" and not dead
        if isinstance(event, ev.StepSkipped):
            return not (reached if event.port else dead)
        if not reached:
            raise _contradiction()
        return False


def _contradiction() -> ForkError:
    return ForkError("The edits contradict what was recorded after them; fork after an earlier event.")
