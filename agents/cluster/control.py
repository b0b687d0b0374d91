"""Orders to a node and its answers (``subjects.node_control``), and how to give them."""

from typing import Any, Final, Literal

import msgspec

from agentcluster.errors import AgentClusterError, ConflictError, NotFoundError
from agentcluster.ids import new_trace_id
from agentcluster.messaging import Bus, Codec, NoResponderError
from agentcluster.subjects import node_control

ANSWER_S: Final = 5.0

NodeAction = Literal["drain", "resume", "stop", "restart", "stop_instance", "migrate", "logs", "ended"]


class NodeControl(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a node is to do. ``to``: the id of the node that is to get the instance; ``after``, ``limit``: of log lines.

    ``ended``: tell which instances that are gone it has logs of.
    """

    action: NodeAction
    instance: str = ""
    to: str = ""
    after: int = 0
    limit: int = 500
    by: str = ""


class NodeAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of it: ``code`` is empty when it was done, else an error's, with its message and HTTP status."""

    code: str = ""
    message: str = ""
    status: int = 200
    data: dict[str, Any] = {}


CONTROLS: Final = Codec(NodeControl, "node.control.v1")
ANSWERS: Final = Codec(NodeAnswer, "node.answer.v1")


class NodeGoneError(NotFoundError):
    """There is no such node, or it does not answer any more."""

    code = "node_gone"


class InstanceGoneError(NotFoundError):
    """There is no such instance, or it has ended."""

    code = "instance_gone"


class NodeRefusedError(ConflictError):
    """The node does not do this."""

    code = "node_refused"

    def __init__(self, answer: NodeAnswer) -> None:
        """Take over the node's own code, message, status and data."""
        super().__init__(answer.message, **answer.data)
        self.code, self.status = answer.code, answer.status  # type: ignore[misc]


async def tell(bus: Bus, node: str, order: NodeControl) -> dict[str, Any]:
    """Give an order to the node with this id and return its answer's data.

    NodeGoneError when nobody answers there; ReplyTimeoutError or BusUnavailableError; whatever the node refuses with.
    """
    data = CONTROLS.encode(order, new_trace_id())
    try:
        reply = await bus.request(node_control(node), data, timeout_s=ANSWER_S)
    except NoResponderError as error:
        raise NodeGoneError(f"The node {node} does not answer: it has left or failed.", node=node) from error
    answer = ANSWERS.decode(reply.data).payload
    if not answer.code:
        return answer.data
    if answer.code == InstanceGoneError.code:
        raise InstanceGoneError(answer.message, **answer.data)
    raise NodeRefusedError(answer)


def refusal(error: AgentClusterError) -> NodeAnswer:
    """Return the answer that tells an error."""
    return NodeAnswer(error.code, error.message, error.status, error.data)
