"""Expressions pass references to files on; they cannot put one together, since knowing a file's digest gives no right to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from agents.domain.file_marks import KEY, marks_in, strange
from designer.domain.expressions import Expression, ExpressionFailedError

Evaluate = Callable[[Mapping[str, Any]], Any]

_MAP: Final = "{"
"""What every expression that makes an object of its own holds."""


def may_make_references(value: Any, expressions: Iterable[Expression]) -> bool:
    """Return whether a value with these expressions could give an object ``{"$artifact": …}`` that was not there before."""
    return _is_template_reference(value) or any(_MAP in each.source for each in expressions)


def passing_on(evaluate: Evaluate, value: Any, expressions: Sequence[Expression]) -> Evaluate:
    """Return ``evaluate``, failing where it gives a reference that is in nothing the expressions name.

    What stands in ``value`` itself was checked when it was saved.
    """
    constant = marks_in(value)

    def checked(scope: Mapping[str, Any]) -> Any:
        made = evaluate(scope)
        marks = marks_in(made) - constant
        if marks and strange(marks, marks_in(*_named(expressions, scope))):
            raise ExpressionFailedError(
                "A reference to a file cannot be put together here; pass on the one that a step or the input gave, "
                "as a whole (rule made_reference).",
                rule="made_reference",
            )
        return made

    return checked


def _is_template_reference(value: Any) -> bool:
    if isinstance(value, Mapping):
        return KEY in value or any(_is_template_reference(entry) for entry in value.values())
    return isinstance(value, (list, tuple)) and any(_is_template_reference(entry) for entry in value)


def _named(expressions: Sequence[Expression], scope: Mapping[str, Any]) -> list[Any]:
    """Return what the expressions look at: all of a root, but of the steps only those that are named."""
    found = [scope[root] for root in {root for each in expressions for root in each.roots} - {"steps"} if root in scope]
    steps = scope.get("steps", {})
    for each in expressions:
        if "steps" in each.roots:
            names = {reference.step for reference in each.steps}
            found += [steps[name] for name in names if name in steps] if names else [steps]
    return found
