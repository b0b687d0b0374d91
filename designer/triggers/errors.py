"""What can be wrong with a trigger or with what reaches it."""

from agentcluster.errors import AgentClusterError, BadInputError, ConflictError, NotFoundError


class TriggerNameTakenError(ConflictError):
    """The workflow has a trigger of that name already."""

    code = "name_taken"


class TooManyTriggersError(ConflictError):
    """The workflow has as many triggers as a workflow may have."""

    code = "too_many_triggers"


class TriggerDisabledError(AgentClusterError):
    """This trigger is switched off."""

    code = "trigger_disabled"
    status = 410


class NoSuchHookError(NotFoundError):
    """There is no webhook at this address."""

    code = "no_such_hook"


class BadSignatureError(AgentClusterError):
    """The signature is missing, wrong or too old."""

    code = "bad_signature"
    status = 401


class BodyTooLargeError(AgentClusterError):
    """The body is larger than a webhook may be."""

    code = "too_large"
    status = 413


class MalformedEventError(BadInputError):
    """What came cannot be read."""

    code = "malformed_event"


class BrokenContractError(MalformedEventError):
    """The message breaks its contract."""

    code = "contract_broken"


class RunAsGoneError(AgentClusterError):
    """The account this trigger runs as is gone or inactive; take the trigger over to run it as yourself."""

    code = "run_as_gone"
    status = 403


class NotAWebhookError(ConflictError):
    """Only webhooks with signatures have secrets."""

    code = "no_secret"


class SecretsUnreadableError(AgentClusterError):
    """The trigger's secrets cannot be opened with this SECRET_KEY; make a new one."""

    code = "secrets_unreadable"
    status = 500


class TooManyCallsError(AgentClusterError):
    """Too many calls of this webhook; try again later."""

    code = "too_many_requests"
    status = 429
    retryable = True
