"""Every NATS subject and key-value bucket, in one place. Names are versioned (features B1)."""

import re
from typing import Final

from agentcluster.errors import BadInputError

CLUSTER_STATE: Final = "cluster-state"
"""Bucket of node heartbeats, key ``nodes/<node-id>``, entries live 10 s."""

AGENT_MANIFESTS: Final = "agent-manifests"
"""Bucket of agent manifests, key = the 64 hex digits of the agent's identity."""

PLACEMENT: Final = "placement"
"""Bucket of deployments (``wanted/…``) and of who holds their slots (``slots/…``)."""

POLICIES: Final = "policies"
"""Bucket of the policy set, key ``current``."""

CONTRACTS: Final = "contracts"
"""Bucket of the message contracts in use: ``bindings`` (which subject follows which) and ``schemas/<id>``."""

CONTRACT_ALERT: Final = "contract.alert.v1"
"""Where the system tells of messages that broke their contract; anybody may listen, nobody else may publish."""

LOCKS: Final = "locks"
"""Bucket of leases, key = the lock's name; the revision at which a lease was taken is its fencing number."""

BUNDLES: Final = "bundles"
"""Object store of approved bundles, by the 64 hex digits of the identity."""

NODE_KEY_PREFIX: Final = "nodes/"


def invoke(instance_or_agent: str) -> str:
    """Where an instance (by its id) or any instance of an agent (by its name, queue group) takes calls."""
    return f"agent.{instance_or_agent}.invoke.v1"


def control(instance: str) -> str:
    """Where an instance takes ``CallControl``: cancel a call, ask for a call's result."""
    return f"agent.{instance}.control.v1"


def worker_replies(worker: str) -> str:
    """The inbox (prefix) an engine worker listens on for call replies."""
    return f"engine.{worker}.replies.v1"


def node_control(node: str) -> str:
    """Where a node (by its id) takes ``NodeControl``: drain, resume, stop, restart an instance, tell its log."""
    return f"node.{node}.control.v1"


def node_replies(node: str) -> str:
    """The inbox (prefix) a gateway's node listens on for replies to tasks."""
    return f"node.{node}.replies.v1"


AGENT_STATUS: Final = "agent.status.v1"
"""Life-cycle announcements: a node came, left, or changed what it hosts."""

INTENT_REQUEST: Final = "intent.request.v1"
"""Who can serve this goal? ``IntentRequest``, answered on its reply subject by the ``Bids`` of each node."""

INTENTS_STREAM: Final = "INTENTS"
"""The JetStream stream that keeps the intents of the last minute for nodes that were away."""

INTENT_AWARD: Final = "intent.award.v1"
"""Who won? ``IntentAward``, for those who bid."""


def worker_bids(worker: str) -> str:
    """The inbox (prefix) an engine worker listens on for bids."""
    return f"engine.{worker}.bids.v1"


OWN: Final = ("agent", "engine", "intent", "node")
"""First words of the subjects only the system itself may publish on, besides all that begin with ``$`` or ``_``."""

_SUBJECT: Final = re.compile(r"[^\s.*>$_\x00-\x1f\x7f][^\s.*>\x00-\x1f\x7f]*(\.[^\s.*>\x00-\x1f\x7f]+)*")
SUBJECT_MAX: Final = 255


class BadSubjectError(BadInputError):
    """A subject is words joined by dots, without spaces and wildcards, and none of the system's own."""

    code = "bad_subject"


def check_publishable(subject: str) -> str:
    """Return the subject unchanged; BadSubjectError when workflows and agents may not publish on it."""
    if len(subject) > SUBJECT_MAX or not _SUBJECT.fullmatch(subject):
        raise BadSubjectError(f"‘{subject[:100]}’ is no subject to publish on: {BadSubjectError.__doc__}")
    if subject.partition(".")[0] in OWN:
        raise BadSubjectError(f"Subjects that begin with {', '.join(OWN)} are the system's own; ‘{subject}’ is one.")
    if subject == CONTRACT_ALERT:
        raise BadSubjectError(f"Only the system itself publishes on {CONTRACT_ALERT}.")
    return subject
