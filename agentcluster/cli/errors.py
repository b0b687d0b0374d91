"""What ends a command: an exit code and one sentence."""

from typing import Any, ClassVar, Final

import typer

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


class UsageError(CliError):
    """The command line makes no sense: an unknown command or option, or a value that is missing or wrong."""

    code = "usage"

    def __init__(self, error: typer.TyperException) -> None:
        """Take what the parser says; ``usage`` in the data is how the command is written."""
        said = " ".join(error.format_message().split())
        context = getattr(error, "ctx", None)
        usage = context.get_usage().removeprefix("Usage: ") if context is not None else ""
        super().__init__(said if said.endswith((".", "?")) else f"{said}.", usage=" ".join(usage.split()))


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
