"""What the node does when told to: drain, stop, restart and move instances, tell their logs (features A3)."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from agentcluster.errors import AgentClusterError, ConflictError
from agentcluster.messaging import BadMessageError, Bus, BusUnavailableError, Received, Subscription
from agentcluster.subjects import node_control
from agentcluster.tasks import end
from agents.cluster.control import ANSWERS, CONTROLS, InstanceGoneError, NodeAnswer, NodeControl, refusal
from agents.contracts.unreadable import OnUnreadable, log_only
from agents.domain.lifecycle import LifeState, move
from agents.node.beats import Beats
from agents.node.condition import Condition
from agents.node.hosted import HostedAgent
from agents.node.hosting import Hosting
from agents.node.logs import Logs
from agents.node.slots import Slots
from agents.node.tenancy import FINISH_S

logger = logging.getLogger(__name__)


class OwnInstanceError(ConflictError):
    """The node hosts this instance by its own choice: it is in no slot that could go to another node."""

    code = "own_instance"


class Control:
    """Takes orders for one node. ``on_stop`` ends the node; None: it cannot be stopped from afar."""

    def __init__(
        self,
        bus: Bus,
        node: str,
        *,
        hosting: Hosting,
        beats: Beats,
        condition: Condition,
        slots: Slots | None,
        logs: Logs,
        again: Callable[[HostedAgent], HostedAgent],
    ) -> None:
        """``again`` makes an idle instance like one of the node's own; ``slots`` is None on a node without guests."""
        self.on_stop: Callable[[], None] | None = None
        self.on_unreadable: OnUnreadable = log_only
        self._bus, self._node, self._hosting, self._beats = bus, node, hosting, beats
        self._condition, self._slots, self._logs, self._again = condition, slots, logs, again
        self._subscription: Subscription | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to take orders."""
        self._subscription = await self._bus.subscribe(node_control(self._node), self._on_order)

    async def stop(self) -> None:
        """Take no more, and leave what is under way: who stops the node ends its instances."""
        if self._subscription is not None:
            await self._subscription.stop()
        await end(*self._tasks)

    async def _on_order(self, message: Received) -> None:
        try:
            envelope = CONTROLS.decode(message.data)
        except BadMessageError as error:
            self.on_unreadable(CONTROLS.schema, error, message.subject, message.data, message.headers)
            self._answer(message.reply, refusal(error), "0" * 32)
            return
        order = envelope.payload
        if order.action not in ("logs", "ended"):
            logger.info("told to %s %s by %s", order.action, order.instance, order.by or "somebody")
        try:
            answer = NodeAnswer(data=await self._do(order))
        except AgentClusterError as error:
            answer = refusal(error)
        except Exception as error:
            logger.exception("the order %s %s failed", order.action, order.instance)
            answer = NodeAnswer("internal", f"The node could not do it: {error}", 500)
        self._answer(message.reply, answer, envelope.trace_id)

    def _answer(self, subject: str, answer: NodeAnswer, trace_id: str) -> None:
        if not subject:
            return
        try:
            self._bus.send(subject, ANSWERS.encode(answer, trace_id))
        except BusUnavailableError as error:
            logger.warning("an order's answer could not be sent: %s", error.message)

    async def _do(self, order: NodeControl) -> dict[str, Any]:
        if order.action in ("drain", "resume"):
            return self._drain(order.action == "drain")
        if order.action == "stop":
            return self._stop()
        if order.action in ("logs", "ended"):
            return await (self._logs.read(order) if order.action == "logs" else self._logs.ended())
        hosted = self._hosting.find(order.instance)
        if hosted is None:
            raise InstanceGoneError(f"{order.instance} is not (or no longer) on this node.", instance=order.instance)
        if order.action == "migrate":
            return await self._migrate(hosted, order.to)
        return self._restart(hosted) if order.action == "restart" else self._stop_instance(hosted)

    def _drain(self, on: bool) -> dict[str, Any]:
        self._condition.draining = on
        self._beats.soon()
        if self._slots is not None:
            self._slots.soon()
        return {"draining": on}

    def _stop(self) -> dict[str, Any]:
        if self.on_stop is None:
            raise ConflictError("This node cannot be stopped from afar.")
        asyncio.get_running_loop().call_later(0.1, self.on_stop)
        return {"stopping": True}

    async def _migrate(self, hosted: HostedAgent, to: str) -> dict[str, Any]:
        move(hosted.state, LifeState.STOPPING)
        if self._slots is None or self._slots.tenancy_of(hosted.instance) is None:
            raise OwnInstanceError(
                f"The node hosts {hosted.instance} by its own choice; only instances of deployments move to other nodes.",
                instance=hosted.instance,
            )
        await self._slots.migrate(hosted.instance, to)
        return {"instance": hosted.instance, "to": to}

    def _restart(self, hosted: HostedAgent) -> dict[str, Any]:
        move(hosted.state, LifeState.STOPPING)
        tenancy = self._slots.tenancy_of(hosted.instance) if self._slots is not None else None
        if tenancy is not None:
            tenancy.restart()
        else:
            self._spawn(self._replace(hosted), f"{hosted.instance} could not be restarted")
        return {"instance": hosted.instance}

    def _stop_instance(self, hosted: HostedAgent) -> dict[str, Any]:
        move(hosted.state, LifeState.STOPPING)
        tenancy = self._slots.tenancy_of(hosted.instance) if self._slots is not None else None
        if tenancy is not None:
            tenancy.end()
        else:
            self._spawn(self._hosting.remove(hosted, FINISH_S), f"{hosted.instance} could not be stopped")
        return {"instance": hosted.instance}

    async def _replace(self, hosted: HostedAgent) -> None:
        await self._hosting.remove(hosted, FINISH_S)
        fresh = self._again(hosted)
        if fresh.runner is None:
            fresh.log = hosted.log
        try:
            await self._hosting.add(fresh)
        except Exception:
            # An instance that is half there would be told of, and answer nobody.
            await self._hosting.remove(fresh, 0)
            raise

    def _spawn(self, work: Coroutine[Any, Any, None], failed: str) -> None:
        task = asyncio.get_running_loop().create_task(_seen_through(work, failed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _seen_through(work: Coroutine[Any, Any, None], failed: str) -> None:
    """Do it; nobody waits for it any more, so that a failure is told in the log."""
    try:
        await work
    except AgentClusterError as error:
        logger.error("%s: %s", failed, error.message)
    except Exception:
        logger.exception("%s", failed)
