"""How workflows, drafts and versions look as JSON."""

from typing import Any

from rest_framework import serializers

from agentcluster.security.models import Role
from designer.models import RunStatus

NAME_HELP = "Lower-case letters, digits, - and _; used on the command line"
GRAPH_HELP = "The workflow document (docs/wire.md, designer/domain/graph.py)"


class ProjectBrief(serializers.Serializer[Any]):
    """The project something belongs to."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    name = serializers.CharField()


class RunBrief(serializers.Serializer[Any]):
    """The newest run of a workflow."""

    id = serializers.CharField()
    status = serializers.ChoiceField(RunStatus.choices)
    created_at = serializers.DateTimeField()


class ProblemSchema(serializers.Serializer[Any]):
    """What is wrong with a graph, and where."""

    code = serializers.CharField(help_text="Stable, such as unknown_agent")
    message = serializers.CharField()
    severity = serializers.ChoiceField(["error", "warning"])
    node = serializers.CharField(help_text="Id of the node, or empty")
    edge = serializers.CharField(help_text="source:port>target, or empty")
    field = serializers.CharField(help_text="JSON pointer inside the node, or empty")
    column = serializers.IntegerField(help_text="Column in an expression, from 1; 0 when none is to blame")


class WorkflowItem(serializers.Serializer[Any]):
    """A workflow as it stands in a list."""

    id = serializers.CharField()
    name = serializers.CharField(help_text=NAME_HELP)
    title = serializers.CharField()
    description = serializers.CharField()
    project = ProjectBrief()
    draft_revision = serializers.IntegerField()
    published_version = serializers.IntegerField(allow_null=True, help_text="Number of the newest published version")
    node_count = serializers.IntegerField(help_text="Nodes of the draft, without notes and groups")
    updated_at = serializers.DateTimeField()
    updated_by = serializers.CharField(source="draft_updated_by.username", allow_null=True)
    last_run = RunBrief(allow_null=True)


class Draft(serializers.Serializer[Any]):
    """A saved draft, without its graph."""

    revision = serializers.IntegerField()
    problems = ProblemSchema(many=True)
    updated_at = serializers.DateTimeField()
    updated_by = serializers.CharField(allow_null=True)


class DraftWithGraph(Draft):
    """The draft of a workflow."""

    graph = serializers.DictField(help_text=GRAPH_HELP)


class WorkflowDetail(WorkflowItem):
    """A workflow with its draft."""

    draft = DraftWithGraph()
    role = serializers.ChoiceField(Role.choices, help_text="Your role in its project")


class NewWorkflow(serializers.Serializer[Any]):
    """What a workflow is created from: nothing, a ``graph`` or a ``template``."""

    title = serializers.CharField(max_length=200)
    name = serializers.SlugField(max_length=80, required=False, help_text=NAME_HELP)
    description = serializers.CharField(required=False, default="", allow_blank=True, max_length=10_000)
    project = serializers.SlugField(required=False, help_text="Slug of the project; your first one when absent")
    graph = serializers.DictField(required=False, help_text=GRAPH_HELP)
    template = serializers.SlugField(required=False, help_text="Name of a template whose graph to copy")


class WorkflowChanges(serializers.Serializer[Any]):
    """What can be changed of a workflow beside its draft."""

    title = serializers.CharField(max_length=200, required=False)
    name = serializers.SlugField(max_length=80, required=False, help_text=NAME_HELP)
    description = serializers.CharField(required=False, allow_blank=True, max_length=10_000)


class Deletion(serializers.Serializer[Any]):
    """How a workflow is deleted."""

    force = serializers.BooleanField(
        default=False, help_text="Also when other workflows were published with it inside, which then cannot be started"
    )


class GraphBody(serializers.Serializer[Any]):
    """A workflow document to save or to check."""

    graph = serializers.DictField(help_text=GRAPH_HELP)


class Problems(serializers.Serializer[Any]):
    """What a check found."""

    problems = ProblemSchema(many=True)


class PublishBody(serializers.Serializer[Any]):
    """A note for those who look at the history."""

    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class VersionItem(serializers.Serializer[Any]):
    """A published version."""

    id = serializers.CharField()
    number = serializers.IntegerField()
    digest = serializers.CharField(help_text="sha256:… of the graph")
    note = serializers.CharField()
    published_at = serializers.DateTimeField(source="created_at")
    published_by = serializers.CharField(source="created_by.username", allow_null=True)


class VersionRow(VersionItem):
    """A published version as it stands in the history."""

    open_runs = serializers.IntegerField(help_text="Runs of this version that have not ended")


class RestoreBody(serializers.Serializer[Any]):
    """Why an earlier version is taken up again."""

    reason = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=500, help_text="For the audit trail"
    )


class VersionDetail(VersionItem):
    """A published version with its graph."""

    graph = serializers.DictField(help_text=GRAPH_HELP)
