"""What people set of a trigger, checked as a whole before anything is written."""

from typing import Any, Final

from django.utils import timezone

from agentcluster.streams.errors import CommandError
from agentcluster.streams.inbound import create_group
from agentcluster.streams.shared import shared_client
from designer.actions.errors import InvalidInputError
from designer.contracts.consumers import check_consumer
from designer.models import Workflow
from designer.triggers import kinds, mapping
from designer.triggers.inbound.groups import group_of
from designer.triggers.models import Kind, Trigger

MOST: Final = 50
"""Triggers of one workflow."""


def check_version(workflow: Workflow, version: int | None) -> None:
    """Raise ``InvalidInputError`` when the workflow has no published version of that number."""
    if version is not None and not workflow.versions.filter(number=version).exists():
        message = f"“{workflow.title}” has no published version {version}"
        raise InvalidInputError([{"field": "/version", "message": message, "code": "no_such_version"}])


def set_config(trigger: Trigger, config: dict[str, Any]) -> None:
    """Give the trigger checked settings with all defaults; raises ``InvalidInputError``."""
    trigger.config = kinds.stored(kinds.read(trigger.kind, config))


def set_input(trigger: Trigger, value: Any) -> None:
    """Give the trigger a checked input mapping; raises ``InvalidInputError``."""
    mapping.check(trigger.kind, value)
    trigger.input = value


def check_contracts(trigger: Trigger) -> None:
    """Raise ``InvalidInputError`` when messages of a contract on the trigger's subject do not fit its workflow."""
    if trigger.kind == Kind.NATS:
        check_consumer(trigger.workflow, trigger.version, trigger.config["subject"], trigger.input)


def begin(trigger: Trigger) -> None:
    """Let events count from now on: a schedule that was switched off or changed has missed nothing."""
    trigger.enabled_at = timezone.now()
    if trigger.kind == Kind.CRON:
        trigger.cursor = trigger.enabled_at.replace(microsecond=0)


def open_stream(trigger: Trigger) -> None:
    """Make the consumer group at once, so that nothing between this and the listener's first look is passed over.

    Raises ``InvalidInputError`` when the key holds something else, ``StreamsUnavailableError`` when Redis is away.
    """
    if trigger.kind != Kind.STREAM or not trigger.enabled:
        return
    config = kinds.of(Kind.STREAM, trigger.config)
    assert isinstance(config, kinds.StreamConfig)
    try:
        create_group(
            shared_client(), config.key, group_of(trigger.pk, config.key), beginning=config.start == "beginning"
        )
    except CommandError as error:
        message = f"cannot be read as a stream: {error.message}"
        raise InvalidInputError([{"field": "/config/key", "message": message, "code": "not_a_stream"}]) from error
