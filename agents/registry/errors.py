"""What can go wrong in the registry."""

from agentcluster.errors import BadInputError, ConflictError, NotFoundError


class InvalidManifestError(BadInputError):
    """The manifest of the agent is not valid."""

    code = "invalid_manifest"
    status = 422


class VersionTakenError(ConflictError):
    """This version of the agent is registered with other content; raise the version number."""

    code = "version_taken"


class UnknownAgentError(NotFoundError):
    """There is no agent of this name in the registry."""

    code = "unknown_agent"


class UnknownVersionError(NotFoundError):
    """The agent has no such version."""

    code = "unknown_version"
