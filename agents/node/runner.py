"""What runs the calls of an agent that is not built in."""

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from agents.cluster.heartbeat import Process
from agents.node.instance_log import InstanceLog

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


class OwnProcess(Runner):
    """A runner that has a process of its own on this node, and starts it again when it ends."""

    def __init__(self) -> None:
        """Nobody wants to know yet."""
        self.on_change: Callable[[], None] = lambda: None
        """Called when the process has ended, and when it is up again."""

        self.log: InstanceLog
        """What the instance and the node say."""

    @property
    @abstractmethod
    def process(self) -> Process:
        """How the process is at this moment."""
