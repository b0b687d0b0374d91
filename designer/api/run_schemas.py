"""How runs and their events look as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from designer.api.inner_graphs import inner_graphs
from designer.api.workflow_schemas import ProjectBrief
from designer.models import Run, RunPriority, RunStatus

ORIGIN_KINDS = ["fork", "retry", "replay", "continued"]
MAX_CHILDREN = 100


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


class OriginSchema(serializers.Serializer[Any]):
    """The run this one was made from, and how."""

    kind = serializers.ChoiceField(ORIGIN_KINDS)
    run_id = serializers.CharField()
    seq = serializers.IntegerField(default=0, help_text="Last event taken over")
    by = serializers.CharField(default="")
    reason = serializers.CharField(default="")
    edited = serializers.ListField(child=serializers.CharField(), default=list, help_text="What was changed in a fork")
    url = serializers.SerializerMethodField(help_text="Where to read it")

    def get_url(self, origin: dict[str, Any]) -> str:
        """Return the path of the run in this API."""
        return f"/api/v1/runs/{origin['run_id']}"


class Child(serializers.Serializer[Any]):
    """A run that was made from this one."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(ORIGIN_KINDS)
    status = serializers.ChoiceField(RunStatus.choices)
    created_at = serializers.DateTimeField()
    url = serializers.CharField()


class RunItem(serializers.Serializer[Any]):
    """A run as it stands in a list."""

    id = serializers.CharField()
    project = ProjectBrief()
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
    reason = serializers.CharField(help_text="Why it stands still, in words; empty while it goes on. More: `/why`")
    priority = serializers.ChoiceField(RunPriority.choices)
    trigger = serializers.CharField(help_text="What started it; empty for a person or program")
    origin = OriginSchema(allow_null=True)


class RunDetail(RunItem):
    """A run with its input, its output and the graph it runs."""

    input = serializers.DictField()
    output = serializers.JSONField(help_text="Null until the run has completed")
    graph = serializers.DictField(source="version.graph", help_text="With every agent version pinned")
    labels = serializers.DictField(child=serializers.CharField())
    cursor = serializers.IntegerField(help_text="Sequence number of the last event in this answer's figures")
    trace_id = serializers.CharField(help_text="W3C trace id")
    subgraphs = serializers.SerializerMethodField(help_text="Graphs of the workflows inside it, by version id")
    children = serializers.SerializerMethodField(help_text=f"Runs made from it, newest first, at most {MAX_CHILDREN}")

    @extend_schema_field(serializers.DictField(child=serializers.DictField()))
    def get_subgraphs(self, run: Run) -> dict[str, Any]:
        """Return the graphs that steps of this run enter."""
        return inner_graphs(run.version.graph)

    @extend_schema_field(Child(many=True))
    def get_children(self, run: Run) -> list[dict[str, Any]]:
        """Return the runs that were forked, retried, replayed or continued from this one."""
        rows = Run.objects.filter(origin_run=run.pk).order_by("-id").only("id", "status", "created_at", "origin")
        made = [
            {
                "id": row.pk,
                "kind": (row.origin or {})["kind"],
                "status": row.status,
                "created_at": row.created_at,
                "url": f"/api/v1/runs/{row.pk}",
            }
            for row in rows[:MAX_CHILDREN]
        ]
        return [dict(each) for each in Child(made, many=True).data]


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
    priority = serializers.ChoiceField(
        RunPriority.choices, required=False, help_text="Goes first where not all can; the workflow's own when absent"
    )


class ReasonBody(serializers.Serializer[Any]):
    """Why it is done."""

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
