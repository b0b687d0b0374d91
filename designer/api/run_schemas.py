"""How runs and their events look as JSON."""

from typing import Any

from rest_framework import serializers

from designer.models import RunStatus


class WorkflowBrief(serializers.Serializer[Any]):
    """The workflow a run is of."""

    id = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField()


class RunError(serializers.Serializer[Any]):
    """Why a run failed."""

    code = serializers.CharField()
    message = serializers.CharField()
    step = serializers.CharField(default="", help_text="The step to blame, or empty")


class RunItem(serializers.Serializer[Any]):
    """A run as it stands in a list."""

    id = serializers.CharField()
    workflow = WorkflowBrief()
    version = serializers.IntegerField(source="version.number", allow_null=True, help_text="Null: a draft was run")
    status = serializers.ChoiceField(RunStatus.choices)
    error = RunError(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    created_by = serializers.CharField(source="created_by.username", allow_null=True)
    steps_done = serializers.IntegerField()
    steps_total = serializers.IntegerField()


class RunDetail(RunItem):
    """A run with its input, its output and the graph it runs."""

    input = serializers.DictField()
    output = serializers.JSONField(help_text="Null until the run has completed")
    graph = serializers.DictField(source="version.graph", help_text="With every agent version pinned")
    labels = serializers.DictField(child=serializers.CharField())
    cursor = serializers.IntegerField(help_text="Sequence number of the last event in this answer's figures")
    trace_id = serializers.CharField(help_text="W3C trace id")


class StartBody(serializers.Serializer[Any]):
    """What a run is started with."""

    input = serializers.JSONField(required=False, default=dict, help_text="A value for each input of the start schema")
    version = serializers.JSONField(
        required=False, default=None, help_text='A published number or "draft"; the newest published when absent'
    )
    labels = serializers.DictField(
        child=serializers.CharField(max_length=200),
        required=False,
        default=dict,
        help_text="Names and texts to find it by",
    )


class CancelBody(serializers.Serializer[Any]):
    """Why a run is cancelled."""

    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class RecordSchema(serializers.Serializer[Any]):
    """An event of a run's log."""

    seq = serializers.IntegerField(help_text="Counts from 1")
    at = serializers.IntegerField(help_text="ms since 1970")
    epoch = serializers.IntegerField()
    prev = serializers.CharField(help_text="Hash of the entry before")
    event = serializers.DictField(help_text="`type` says which; see frontend/src/wire/schemas/events.json")


class EventPage(serializers.Serializer[Any]):
    """Some events of a run, in order."""

    events = RecordSchema(many=True)
    cursor = serializers.IntegerField(help_text="Pass as `after` to get what follows")
    terminal = serializers.BooleanField(help_text="Whether the run has ended and this is the end of its log")
