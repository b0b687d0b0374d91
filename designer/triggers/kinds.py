"""What each kind of trigger is set to do: its settings, checked, and the names its expressions may use."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal

import msgspec

from agentcluster import subjects
from agentcluster.streams.inbound import check_key
from designer.actions.documents import explain
from designer.actions.errors import InvalidInputError
from designer.triggers.models import Kind
from designer.triggers.schedule import Schedule, ScheduleError

MAX_WAIT_S: Final = 25
_SUBJECT_WORD: Final = re.compile(r"[^\s.*>]+|\*")


class WebhookConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook: ``signature`` none needs nothing but the address; ``wait_s`` answers with the run's output."""

    signature: Literal["standard", "none"] = "standard"
    format: Literal["json", "form", "text"] = "json"
    wait_s: Annotated[float, msgspec.Meta(ge=0, le=MAX_WAIT_S)] = 0


class CronConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A schedule: ``cron`` (five fields, in ``timezone``) or ``every_s`` seconds, one of them."""

    cron: Annotated[str, msgspec.Meta(max_length=200)] = ""
    every_s: Annotated[int, msgspec.Meta(ge=0, le=366 * 24 * 3600)] = 0
    timezone: Annotated[str, msgspec.Meta(max_length=64)] = "UTC"
    missed: Literal["skip", "once", "all"] = "skip"

    def schedule(self) -> Schedule:
        """Return the schedule; raises ``ScheduleError``."""
        return Schedule(self.cron, self.every_s, self.timezone)


class NatsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A NATS subject, which may have wildcards."""

    subject: Annotated[str, msgspec.Meta(min_length=1, max_length=subjects.SUBJECT_MAX)]
    format: Literal["json", "text"] = "json"


class StreamConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A Redis stream. ``format`` fields: the body is the entry's fields; json: the JSON in its field ``field``."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    format: Literal["fields", "json"] = "fields"
    field: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] = "data"
    start: Literal["new", "beginning"] = "new"


Config = WebhookConfig | CronConfig | NatsConfig | StreamConfig

TYPES: Final[Mapping[str, type[Config]]] = {
    Kind.WEBHOOK: WebhookConfig,
    Kind.CRON: CronConfig,
    Kind.NATS: NatsConfig,
    Kind.STREAM: StreamConfig,
}
ROOTS: Final[Mapping[str, frozenset[str]]] = {
    Kind.WEBHOOK: frozenset({"event", "body", "headers", "query"}),
    Kind.CRON: frozenset({"event", "schedule"}),
    Kind.NATS: frozenset({"event", "body", "headers"}),
    Kind.STREAM: frozenset({"event", "body"}),
}
"""The names that expressions may use, by kind."""
DEFAULT_INPUT: Final[Mapping[str, Any]] = {
    Kind.WEBHOOK: "${ body }",
    Kind.CRON: {},
    Kind.NATS: "${ body }",
    Kind.STREAM: "${ body }",
}


def read(kind: str, value: Mapping[str, Any]) -> Config:
    """Return the settings of a kind; raises ``InvalidInputError`` with JSON pointers below ``/config``."""
    try:
        config = msgspec.convert(value, TYPES[kind])
    except msgspec.ValidationError as error:
        raise InvalidInputError([explain(str(error), under="/config")]) from error
    if check := _CHECKS.get(type(config)):
        check(config)
    return config


def of(kind: str, stored: Mapping[str, Any]) -> Config:
    """Return the settings as they were kept, which were checked then."""
    return msgspec.convert(stored, TYPES[kind])


def stored(config: Config) -> dict[str, Any]:
    """Return the settings as JSON, with every default written down."""
    made: dict[str, Any] = msgspec.to_builtins(config)
    return made


def _check_cron(config: CronConfig) -> None:
    try:
        config.schedule()
    except ScheduleError as error:
        raise _invalid(error.field, error.message, "bad_schedule") from error


def _check_subject(config: NatsConfig) -> None:
    words = config.subject.split(".")
    body = words[:-1] if words[-1] == ">" else words
    if not all(_SUBJECT_WORD.fullmatch(word) for word in body) or not config.subject.isprintable():
        message = "must be words joined by dots; * stands for one word, > at the end for the rest"
        raise _invalid("subject", message, "bad_subject")
    first = words[0]
    if first in ("*", ">") or first[0] in "$_" or first in subjects.OWN:
        own = ", ".join(subjects.OWN)
        message = f"must begin with a word of its own: not with a wildcard, $, _ or one of the system's ({own})"
        raise _invalid("subject", message, "system_subject")


def _check_stream(config: StreamConfig) -> None:
    if reason := check_key(config.key):
        raise _invalid("key", reason, "system_key")


def _invalid(field: str, message: str, code: str) -> InvalidInputError:
    return InvalidInputError([{"field": f"/config/{field}", "message": message, "code": code}])


_CHECKS: Final[Mapping[type, Callable[[Any], None]]] = {
    CronConfig: _check_cron,
    NatsConfig: _check_subject,
    StreamConfig: _check_stream,
}
