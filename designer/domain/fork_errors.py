"""Why a run cannot be forked."""

from agentcluster.errors import AgentClusterError


class ForkError(AgentClusterError):
    """The run cannot be forked there."""

    code = "bad_fork"
    status = 422
