"""What ends a command: an exit code and one sentence."""

from typing import Any, ClassVar, Final

from agentcluster.errors import AgentClusterError

OK: Final = 0
RUN_FAILED: Final = 1
BAD_INPUT: Final = 2
UNREACHABLE: Final = 3
CONFLICT: Final = 3
INTERRUPTED: Final = 130


class CliError(AgentClusterError):
    """The command cannot do what it was asked to."""

    code = "bad_input"
    exit_code: ClassVar[int] = BAD_INPUT


class RefusedError(CliError):
    """The server refused; ``errors`` in the data names the fields."""

    code = "refused"

    def __init__(self, problem: dict[str, Any]) -> None:
        """Take the problem details the server answered."""
        super().__init__(problem.get("detail") or problem.get("title") or "", **problem)


class ConflictError(RefusedError):
    """Somebody changed it in the meantime; who and when is in the data."""

    exit_code: ClassVar[int] = CONFLICT


class UnreachableError(CliError):
    """AgentCluster cannot be reached."""

    code = "unreachable"
    exit_code: ClassVar[int] = UNREACHABLE
