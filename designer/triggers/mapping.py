"""From an event to a run's input: values with expressions over what came."""

from collections.abc import Mapping
from typing import Any

from agentcluster.errors import BadInputError
from designer.actions.errors import InvalidInputError
from designer.domain.expressions import ExpressionError
from designer.domain.values import Fault, compile_value, expressions_in
from designer.triggers.kinds import ROOTS


class MappingError(BadInputError):
    """The trigger's input cannot be made from this event."""

    code = "mapping_failed"


def check(kind: str, value: Any) -> None:
    """Raise ``InvalidInputError`` with a JSON pointer for each expression that does not compile or fits another kind."""
    if not isinstance(value, dict | str):
        message = 'must be an object, or one expression such as "${ body }"'
        raise InvalidInputError([{"field": "/input", "message": message, "code": "type"}])
    faults = [found for found in expressions_in(value, "/input", ROOTS[kind]) if isinstance(found, Fault)]
    if faults:
        raise InvalidInputError(
            [
                {
                    "field": fault.pointer,
                    "message": f"{fault.message} (column {fault.column})",
                    "code": "bad_expression",
                }
                for fault in faults
            ]
        )


def apply(kind: str, value: Any, scope: Mapping[str, Any]) -> dict[str, Any]:
    """Return the run's input; raises ``MappingError`` when an expression fails or the whole is no object."""
    try:
        made = compile_value(value, ROOTS[kind])(scope)
    except ExpressionError as error:
        raise MappingError(f"The input cannot be made from this event. {error.message}") from error
    if not isinstance(made, dict):
        raise MappingError(
            "The input made from this event is no object, so its values have no names; "
            'write {"name": "${ … }"} for each input of the workflow.'
        )
    return made
