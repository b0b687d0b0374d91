"""Why a language model gave no answer that can be used."""

from agents.tools.errors import ToolError


class NoEngineError(ToolError):
    """No engine can take this request."""

    code = "no_engine"


class EngineError(ToolError):
    """An engine failed."""

    code = "engine_failed"
    trips = True
    """Whether the engine's breaker counts it: the engine is to blame, not the request."""


class EngineUnavailableError(EngineError):
    """The engine cannot be reached, or cannot serve right now."""

    code = "engine_unavailable"
    retryable = True


class EngineTimeoutError(EngineError):
    """The engine did not answer in time."""

    code = "engine_timeout"
    retryable = True


class EngineKeyError(EngineError):
    """The engine does not accept the key it is called with."""

    code = "engine_key"


class EngineRefusedError(EngineError):
    """The engine refuses this request."""

    code = "engine_refused"
    trips = False


class MalformedReplyError(EngineError):
    """The engine's answer is not what its interface promises."""

    code = "malformed_reply"
    retryable = True


class EnginesFailedError(ToolError):
    """Every engine that could take the request failed."""

    code = "engines_failed"


class EnginesFailedForNowError(EnginesFailedError):
    """Every engine that could take the request failed; some of them may work again soon."""

    retryable = True


class BreakersOpenError(ToolError):
    """Every engine that could take the request has failed often of late and is left alone for a while."""

    code = "breakers_open"
    retryable = True


class OutputNotValidError(ToolError):
    """The model's answer does not fit the schema."""

    code = "output_not_valid"


class NeedsLanguageModelError(EngineError):
    """The offline engine cannot do this; it takes a language model."""

    code = "needs_language_model"
    trips = False


class BadConfigurationError(ToolError):
    """The list of engines cannot be read."""

    code = "bad_llm_configuration"
