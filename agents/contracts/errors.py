"""What can go wrong with contracts. ``number`` is the error code of the Confluent dialect."""

from typing import ClassVar

from agentcluster.errors import AgentClusterError, BadInputError, ConflictError, NotFoundError


class BadContractError(BadInputError):
    """This is no schema of its type."""

    code = "invalid_schema"
    status = 422
    number: ClassVar[int] = 42201


class BadVersionError(BadInputError):
    """A version is a whole number from 1, or “latest”."""

    code = "invalid_version"
    status = 422
    number: ClassVar[int] = 42202


class BadLevelError(BadInputError):
    """A compatibility level is NONE, BACKWARD, FORWARD or FULL, the last three also with _TRANSITIVE."""

    code = "invalid_compatibility_level"
    status = 422
    number: ClassVar[int] = 42203


class BadModeError(BadInputError):
    """A mode is READWRITE or READONLY."""

    code = "invalid_mode"
    status = 422
    number: ClassVar[int] = 42204


class ReadOnlyError(ConflictError):
    """This contract is read only at the moment; nothing was changed."""

    code = "read_only"
    status = 422
    number: ClassVar[int] = 42205


class ReferencedError(ConflictError):
    """Other schemas refer to this version; delete those first."""

    code = "reference_exists"
    status = 422
    number: ClassVar[int] = 42206


class UnknownContractError(NotFoundError):
    """There is no contract of this name."""

    code = "unknown_contract"
    number: ClassVar[int] = 40401


class UnknownVersionError(NotFoundError):
    """The contract has no such version."""

    code = "unknown_version"
    number: ClassVar[int] = 40402


class UnknownSchemaError(NotFoundError):
    """There is no such schema."""

    code = "unknown_schema"
    number: ClassVar[int] = 40403


class ContractDeletedError(NotFoundError):
    """This contract is deleted already; delete it for good with permanent=true."""

    code = "contract_deleted"
    number: ClassVar[int] = 40404


class ContractNotDeletedError(NotFoundError):
    """Delete this contract first; only then it can be deleted for good."""

    code = "contract_not_deleted"
    number: ClassVar[int] = 40405


class VersionDeletedError(NotFoundError):
    """This version is deleted already; delete it for good with permanent=true."""

    code = "version_deleted"
    number: ClassVar[int] = 40406


class VersionNotDeletedError(NotFoundError):
    """Delete this version first; only then it can be deleted for good."""

    code = "version_not_deleted"
    number: ClassVar[int] = 40407


class NoOwnLevelError(NotFoundError):
    """This contract has no compatibility level of its own; the one for all holds."""

    code = "no_own_level"
    number: ClassVar[int] = 40408


class NoOwnModeError(NotFoundError):
    """This contract has no mode of its own; the one for all holds."""

    code = "no_own_mode"
    number: ClassVar[int] = 40409


class IncompatibleError(ConflictError):
    """The schema is not compatible with an earlier version."""

    code = "incompatible_schema"
    number: ClassVar[int] = 409


class MessageBrokenError(BadInputError):
    """The message breaks its contract."""

    code = "contract_broken"
    status = 422


class ContractUnavailableError(AgentClusterError):
    """The schema of this contract cannot be fetched right now."""

    code = "contract_unavailable"
    status = 503
    retryable = True


class TooManyChecksError(BadInputError):
    """Other schemas are being checked; try again in a moment."""

    code = "too_many_checks"
    status = 429
    retryable = True
    number: ClassVar[int] = 42901
