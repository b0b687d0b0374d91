"""How triggers and firings look as JSON."""

import datetime as dt
from typing import Any, Final, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from designer.models import RunPriority
from designer.triggers import kinds
from designer.triggers.actions.rotate_secret import KEEP_S
from designer.triggers.models import Kind, Outcome, Trigger
from designer.triggers.schedule import ScheduleError

CONFIG_HELP: Final = (
    'webhook: {"signature": "standard"|"none", "format": "json"|"form"|"text", "wait_s": 0-25}; '
    'cron: {"cron": "0 7 * * 1-5" or "every_s": 300, "timezone": "Europe/Berlin", "missed": "skip"|"once"|"all"}; '
    'nats: {"subject": "orders.*", "format": "json"|"text"}; '
    'stream: {"key": "orders", "format": "fields"|"json", "field": "data", "start": "new"|"beginning"}'
)
INPUT_HELP: Final = (
    "The run's input: an object whose values may hold expressions such as ${ body.order_id }, or one expression. "
    "Names by kind: webhook: event, body, headers, query; cron: event, schedule; nats: event, body, headers; "
    "stream: event, body"
)


class Figures(serializers.Serializer[Any]):
    """How often what has happened."""

    started = serializers.IntegerField(source="started_count")
    refused = serializers.IntegerField(source="refused_count")
    skipped = serializers.IntegerField(source="skipped_count", help_text="Times that scheduled moments were missed")
    bad_signatures = serializers.IntegerField(source="bad_signature_count")


class TriggerItem(serializers.Serializer[Any]):
    """A trigger; its secret is told only when it is made or rotated."""

    id = serializers.CharField()
    workflow = serializers.CharField(source="workflow_id")
    kind = serializers.ChoiceField(Kind.choices)
    name = serializers.CharField()
    enabled = serializers.BooleanField()
    version = serializers.IntegerField(allow_null=True, help_text="Null: the newest published")
    config = serializers.DictField(help_text=CONFIG_HELP)
    input = serializers.JSONField(help_text=INPUT_HELP)
    priority = serializers.CharField(help_text="high, normal or low; empty: the workflow's")
    labels = serializers.DictField(child=serializers.CharField())
    run_as = serializers.CharField(source="run_as.username", allow_null=True, default=None)
    url = serializers.SerializerMethodField(help_text="Where a webhook is called; empty for other kinds")
    next_at = serializers.SerializerMethodField(help_text="The next five moments of an enabled schedule")
    last_fired_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField()
    figures = Figures(source="*")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_url(self, trigger: Trigger) -> str:
        """Return the webhook's address."""
        if trigger.kind != Kind.WEBHOOK:
            return ""
        path = f"/hooks/{trigger.public_id}"
        request = self.context.get("request")
        return cast(str, request.build_absolute_uri(path)) if request else path

    @extend_schema_field(serializers.ListField(child=serializers.DateTimeField()))
    def get_next_at(self, trigger: Trigger) -> list[dt.datetime]:
        """Return when the schedule is due next."""
        if trigger.kind != Kind.CRON or not trigger.enabled or trigger.cursor is None:
            return []
        config = kinds.of(Kind.CRON, trigger.config)
        assert isinstance(config, kinds.CronConfig)
        try:
            schedule = config.schedule()
        except ScheduleError:
            return []
        return schedule.upcoming(trigger.cursor, timezone.now())


class TriggerWithSecret(TriggerItem):
    """A trigger as it was just made."""

    secret = serializers.CharField(help_text="whsec_…, told this once; empty for all but signed webhooks")


class NewTrigger(serializers.Serializer[Any]):
    """What a trigger is made of."""

    kind = serializers.ChoiceField(Kind.choices)
    name = serializers.CharField(max_length=120)
    config = serializers.DictField(required=False, default=dict, help_text=CONFIG_HELP)
    input = serializers.JSONField(required=False, default=None, help_text=INPUT_HELP)
    enabled = serializers.BooleanField(required=False, default=True)
    version = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=1)
    priority = serializers.ChoiceField(RunPriority.choices, required=False, default="", allow_blank=True)
    labels = serializers.DictField(child=serializers.CharField(max_length=200), required=False, default=dict)


class TriggerChanges(serializers.Serializer[Any]):
    """What can be changed of a trigger; ``config`` is replaced as a whole."""

    name = serializers.CharField(max_length=120, required=False)
    config = serializers.DictField(required=False, help_text=CONFIG_HELP)
    input = serializers.JSONField(required=False, help_text=INPUT_HELP)
    enabled = serializers.BooleanField(required=False)
    version = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    priority = serializers.ChoiceField(RunPriority.choices, required=False, allow_blank=True)
    labels = serializers.DictField(child=serializers.CharField(max_length=200), required=False)
    take_over = serializers.BooleanField(required=False, help_text="Let its runs start with your rights from now on")


class FiringItem(serializers.Serializer[Any]):
    """One event and what became of it."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(Outcome.choices)
    code = serializers.CharField()
    message = serializers.CharField()
    key = serializers.CharField(help_text="The same for every delivery of the same event")
    attempts = serializers.IntegerField(help_text="Deliveries of this event so far")
    event = serializers.JSONField(help_text="What came, shortened when long")
    run = serializers.CharField(source="run_id", allow_null=True)


class TestEvent(serializers.Serializer[Any]):
    """An event made up to try the trigger with."""

    __test__ = False  # no test case
    event = serializers.DictField(
        required=False,
        default=dict,
        help_text='Such as {"body": {…}, "headers": {…}, "query": {…}}; what is missing is empty',
    )


class RotateBody(serializers.Serializer[Any]):
    """What becomes of the secrets before."""

    keep_s = serializers.IntegerField(
        required=False, default=KEEP_S, min_value=0, max_value=30 * 24 * 3600, help_text="Seconds they stay valid"
    )


class NewSecret(serializers.Serializer[Any]):
    """A webhook's new secret, told this once."""

    secret = serializers.CharField()


class ScheduleBody(serializers.Serializer[Any]):
    """A schedule to look at before it is kept."""

    config = serializers.DictField(help_text=CONFIG_HELP)


class ScheduleAnswer(serializers.Serializer[Any]):
    """When it would be due."""

    next_at = serializers.ListField(child=serializers.DateTimeField())
