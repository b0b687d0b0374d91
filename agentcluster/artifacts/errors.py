"""What can go wrong with an artifact."""

from agentcluster.errors import AgentClusterError, BadInputError, NotFoundError


class ArtifactMissingError(NotFoundError):
    """The file is not in the artifact store; it was never uploaded or has been removed."""

    code = "artifact_missing"


class ArtifactCorruptError(AgentClusterError):
    """The stored file does not have the size its reference states."""

    code = "artifact_corrupt"


class BadDigestError(BadInputError):
    """An artifact digest is 'sha256:' followed by 64 hexadecimal digits in lower case."""

    code = "bad_digest"


class TooLargeError(BadInputError):
    """The file is larger than allowed."""

    code = "too_large"
    status = 413
