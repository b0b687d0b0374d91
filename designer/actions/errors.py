"""What can be wrong with a write. ``errors`` in the data lists ``{"field": <JSON pointer>, "message", "code"}``."""

from typing import Any

from agentcluster.errors import AgentClusterError, BadInputError, ConflictError


class InvalidInputError(BadInputError):
    """Some fields do not fit; see the list of errors."""

    code = "invalid_input"

    def __init__(self, errors: list[dict[str, str]], message: str = "") -> None:
        """Take the fields in error; the first one's message becomes the message."""
        first = errors[0]
        sentence = f"{first['field'] or 'The request'}: {first['message']}"
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else "" if sentence.endswith(".") else "."
        super().__init__(message or sentence + more, errors=errors)


class InvalidGraphError(InvalidInputError):
    """The graph is not a workflow document."""

    code = "invalid_graph"


class TooLargeError(AgentClusterError):
    """It is larger than allowed."""

    code = "too_large"
    status = 413


class InputTooLargeError(TooLargeError):
    """The input is larger than a run can be started with; upload large data and pass the reference to it."""


class GraphProblemsError(AgentClusterError):
    """The workflow has problems that must be solved first."""

    code = "graph_problems"
    status = 422

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        """Take the problems as JSON objects (``designer.domain.graph.Problem``)."""
        serious = [problem for problem in problems if problem.get("severity", "error") == "error"]
        first = serious[0]["message"] if serious else ""
        more = f" (and {len(serious) - 1} more)" if len(serious) > 1 else ""
        super().__init__(f"{first}{more}", problems=problems)


class DraftConflictError(AgentClusterError):
    """Somebody else saved a newer draft; load it before you save yours."""

    code = "draft_conflict"
    status = 412


class NameTakenError(ConflictError):
    """A workflow of this project already has that name."""

    code = "name_taken"


class NotPublishedError(ConflictError):
    """The workflow has no published version yet; publish it, or start version "draft"."""

    code = "not_published"


class IdempotencyKeyReusedError(ConflictError):
    """This Idempotency-Key was used before for a different request."""

    code = "idempotency_key_reused"


class RunFinishedError(ConflictError):
    """The run has already ended."""

    code = "run_finished"


class WorkflowBusyError(ConflictError):
    """The workflow has runs that have not ended; cancel them or wait."""

    code = "workflow_busy"


class WorkflowInUseError(ConflictError):
    """The workflow runs inside others, which could not go on or be started without it."""

    code = "workflow_in_use"
