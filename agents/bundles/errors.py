"""What can go wrong with bundles."""

from agentcluster.errors import BadInputError, ConflictError, ForbiddenError, NotFoundError


class BundleRefusedError(BadInputError):
    """The bundle was refused; ``checks`` says what was looked at and what was found."""

    code = "bundle_refused"
    status = 422


class UnknownBundleError(NotFoundError):
    """There is no bundle of this digest."""

    code = "unknown_bundle"


class NotAllowedError(ForbiddenError):
    """You may not change bundles or signing keys."""

    code = "forbidden"


class OwnBundleError(ForbiddenError):
    """You uploaded this bundle; somebody else has to approve it, or a trusted key has to sign it."""

    code = "own_bundle"


class InvalidSignatureError(ConflictError):
    """The signature in the bundle was not made by the key it names; the bundle cannot be approved."""

    code = "signature_invalid"


class NetworkNotAskedError(BadInputError):
    """The manifest does not ask for the network (network: full), so it cannot be granted."""

    code = "network_not_asked"
    status = 422


class AlreadyDecidedError(ConflictError):
    """The bundle has this status already."""

    code = "already_decided"


class KeyTakenError(ConflictError):
    """This key is there already."""

    code = "key_taken"


class UnknownKeyError(NotFoundError):
    """There is no signing key of this id."""

    code = "unknown_key"


class ZipMissingError(ConflictError):
    """The bundle's zip is not where the server keeps it, or is damaged; upload the same bundle again."""

    code = "zip_missing"


class TooManyChecksError(BadInputError):
    """Other bundles are being checked; try again in a moment."""

    code = "too_many_checks"
    status = 429
    retryable = True
