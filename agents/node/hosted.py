"""An agent instance on this node: what it is, how busy it is, how it has done."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from agentcluster.errors import BadInputError
from agents.cluster.heartbeat import Process
from agents.domain.lifecycle import LifeState, move
from agents.domain.manifest import Manifest, identity
from agents.domain.placement import short
from agents.node.instance_log import InstanceLog
from agents.node.runner import OwnProcess, Runner
from agents.node.speaking import Say, silent
from agents.tools import resolve

if TYPE_CHECKING:
    from agents.node.call import Call

QUEUE_MIN: Final = 256


class SameVersionError(BadInputError):
    """A version of an agent has one content: two that differ cannot be hosted under the same number."""

    code = "same_version"


@dataclass(slots=True)
class Stats:
    """Totals since the instance came up; ``processing_ns`` is the sum over all requests."""

    requests: int = 0
    errors: int = 0
    processing_ns: int = 0
    bids: int = 0
    """Intents it bid for whose winner is known, and how many of them it won."""
    bids_won: int = 0
    last_error: str = ""
    recent_ms: float = 0.0
    """How long the last calls took that ended well: a mean in which each new one weighs a fifth; 0 before the first."""

    def worked(self, ms: float) -> None:
        """Note how long a call took that ended well."""
        self.recent_ms = ms if not self.recent_ms else 0.8 * self.recent_ms + 0.2 * ms


@dataclass(slots=True, eq=False)
class HostedAgent:
    """One instance. ``instance`` is its id in the cluster (no dots); at most ``concurrency`` calls run at a time."""

    manifest: Manifest
    instance: str
    identity: str
    function: Callable[..., Any] | None
    """The coroutine function to call; None when a worker process or ``runner`` does the work."""
    runner: Runner | None = None
    """What runs the calls of an agent that is not built in: a sandbox, or a process that joined through the gateway."""
    state: LifeState = LifeState.IDLE
    slot: int = -1
    """Which of the wanted instances it is (``agents.domain.placement``); -1: the node hosts it by its own choice."""
    running: int = 0
    waiting: "deque[Call]" = field(default_factory=deque)
    stats: Stats = field(default_factory=Stats)
    log: InstanceLog | None = None
    """What it says: a built-in agent into memory, a bundle into a file, too; None when it runs elsewhere."""
    say: Say = silent
    """Writes into the log, from any thread, once it is hosted."""

    def __post_init__(self) -> None:
        """Have a log, unless what runs the calls has none here."""
        if self.runner is None:
            self.log = InstanceLog()
        elif isinstance(self.runner, OwnProcess):
            self.log = self.runner.log

    @property
    def name(self) -> str:
        """The agent's name."""
        return self.manifest.name

    @property
    def concurrency(self) -> int:
        """How many calls may run at a time."""
        return self.manifest.limits.concurrency

    @property
    def queue_limit(self) -> int:
        """How many calls may wait."""
        return max(QUEUE_MIN, 2 * self.concurrency)

    @property
    def in_flight(self) -> int:
        """Calls that run or wait."""
        return self.running + len(self.waiting)

    @property
    def process(self) -> Process | None:
        """The process it has to itself on this node, None when there is none."""
        return self.runner.process if isinstance(self.runner, OwnProcess) else None

    def become(self, state: LifeState) -> None:
        """Move on in the life cycle; IllegalMoveError when that does not follow."""
        self.state = move(self.state, state)


def host(manifest: Manifest, instance: str) -> HostedAgent:
    """Return an instance of a built-in agent with this id."""
    function = None if manifest.cpu_bound else resolve(manifest.entry_point)
    return HostedAgent(manifest, instance, identity(manifest), function)


def host_each(manifests: Iterable[Manifest], node: str) -> list[HostedAgent]:
    """Return one instance of each on the node with the id ``node``; what comes twice is hosted once.

    Instances are called by the agent's name and the node's id, and by a part of their identity where the node has
    several versions of the agent. SameVersionError when two of them have the same number.
    """
    each = {identity(manifest): manifest for manifest in manifests}
    numbers = Counter((manifest.name, manifest.version) for manifest in each.values())
    for (name, version), count in numbers.items():
        if count > 1:
            raise SameVersionError(
                f"{count} different manifests say that they are {name} {version}; give each a version of its own.",
                agent=name,
                version=version,
            )
    versions = Counter(name for name, _ in numbers)
    hosted = []
    for key, manifest in each.items():
        which = f"-{short(key)[:6]}" if versions[manifest.name] > 1 else ""
        hosted.append(host(manifest, f"{manifest.name}{which}-{node}"))
    return hosted
