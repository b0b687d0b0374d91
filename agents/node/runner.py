"""What runs the calls of an agent that is not built in."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from agents.node.call import Call, Outcome


class Runner(Protocol):
    """One instance's own way to work: a sandboxed process, or a process elsewhere that joined through the gateway.

    The node has checked nothing yet when it calls ``run``: the runner holds the input and the output to the manifest's
    schemas (``agents.node.execution.read_checked`` and ``agents.node.output.finish``).
    """

    async def start(self) -> None:
        """Get ready to work; AgentClusterError when that fails, with a message for the operator."""

    async def run(self, call: "Call") -> "Outcome":
        """Return what came of the call; when cancelled, stop it, and return or raise CancelledError within 5 s."""

    async def stop(self, grace_s: float) -> None:
        """End everything; whatever still works after ``grace_s`` seconds is killed."""
