"""What can go wrong with deployments."""

from agentcluster.errors import BadInputError, ConflictError, ForbiddenError, NotFoundError


class UnknownDeploymentError(NotFoundError):
    """This agent version was never deployed."""

    code = "unknown_deployment"


class NotDeployableError(ConflictError):
    """Instances of this agent version cannot be placed on nodes."""

    code = "not_deployable"


class BadDeploymentError(BadInputError):
    """The deployment is not one that nodes could follow."""

    code = "invalid_deployment"
    status = 422


class NotAllowedError(ForbiddenError):
    """You may not change what runs where; this needs staff status or a permission."""

    code = "forbidden"


class UnknownNodeError(NotFoundError):
    """There is no node of this name or id in sight."""

    code = "unknown_node"


class AmbiguousNodeError(ConflictError):
    """Several nodes have this name; say which by its id."""

    code = "ambiguous_node"
