"""How documents, their changes and their problems look as JSON."""

from typing import Any

from rest_framework import serializers

from agents.contracts.api.schemas import DiffLine
from designer.api.workflow_schemas import GRAPH_HELP, ProblemSchema

FORMATS = ["yaml", "json"]
_OUTCOMES = ["created", "updated", "unchanged"]
CHANGES = ["added", "removed", "changed"]
EDGE_CHANGES = ["added", "removed"]


class ExportQuery(serializers.Serializer[Any]):
    """What is exported, and how."""

    format = serializers.ChoiceField(FORMATS, required=False, default="yaml")
    version = serializers.CharField(required=False, default="draft", help_text='A published number or "draft"')


class DiffQuery(serializers.Serializer[Any]):
    """What is compared."""

    to = serializers.CharField(required=False, default="draft", help_text='A published number or "draft"')

    def get_fields(self) -> dict[str, Any]:
        """Add ``from``, which Python does not take for a name."""
        told = 'A published number or "draft"; the newest published when absent'
        return {"from": serializers.CharField(required=False, help_text=told), **super().get_fields()}


class ImportQuery(serializers.Serializer[Any]):
    """How a document is applied."""

    project = serializers.SlugField(required=False, help_text="Slug of the project; your first one when absent")
    format = serializers.ChoiceField(FORMATS, required=False, help_text="Told by the document when absent")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Only say what would change")
    force = serializers.BooleanField(required=False, default=False, help_text="Overwrite a newer draft")
    publish = serializers.BooleanField(required=False, default=False, help_text="Publish what was applied")
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)
    allow_problems = serializers.BooleanField(required=False, default=False, help_text="Save a draft that cannot run")
    prune = serializers.BooleanField(
        required=False, default=False, help_text="Delete triggers that a document which lists triggers does not list"
    )


class FileForm(serializers.Serializer[Any]):
    """A form with the document."""

    file = serializers.FileField()


class FieldChangeSchema(serializers.Serializer[Any]):
    """A value that differs."""

    path = serializers.CharField(help_text="JSON pointer")
    what = serializers.ChoiceField(CHANGES)
    before = serializers.JSONField()
    after = serializers.JSONField()


class NodeChangeSchema(serializers.Serializer[Any]):
    """A node that is new, gone or different."""

    id = serializers.CharField()
    what = serializers.ChoiceField(CHANGES)
    kind = serializers.CharField()
    title = serializers.CharField()
    fields = FieldChangeSchema(many=True)  # type: ignore[assignment]  # the field of that name
    layout = serializers.BooleanField(help_text="It only stands elsewhere on the canvas")


class EdgeChangeSchema(serializers.Serializer[Any]):
    """An edge that is new or gone."""

    source = serializers.CharField()  # type: ignore[assignment]  # the field of that name
    target = serializers.CharField()
    port = serializers.CharField()
    what = serializers.ChoiceField(EDGE_CHANGES)


class ChangesSchema(serializers.Serializer[Any]):
    """What differs between two documents."""

    about = FieldChangeSchema(many=True, help_text="Name, title, description")
    nodes = NodeChangeSchema(many=True)
    edges = EdgeChangeSchema(many=True)
    settings = FieldChangeSchema(many=True)
    triggers = FieldChangeSchema(many=True, help_text="Paths begin with the trigger's name")


class DiffAnswer(serializers.Serializer[Any]):
    """Two states of a workflow side by side."""

    to = serializers.CharField(help_text="Number or draft")
    changes = ChangesSchema()
    text = serializers.CharField(help_text="Unified diff of the YAML documents; empty when they are equal")
    lines = DiffLine(many=True, help_text="The same with line numbers; of what is equal, three lines around changes")

    def get_fields(self) -> dict[str, Any]:
        """Add ``from``, which Python does not take for a name."""
        return {"from": serializers.CharField(help_text="Number or draft"), **super().get_fields()}


class FileProblem(ProblemSchema):
    """What is wrong with a document, and where in the file."""

    line = serializers.IntegerField()
    column = serializers.IntegerField()


class AppliedWorkflow(serializers.Serializer[Any]):
    """The workflow a document is of."""

    id = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField()
    project = serializers.CharField(source="project.slug")
    draft_revision = serializers.IntegerField()


class AppliedTriggerSchema(serializers.Serializer[Any]):
    """What became of a trigger."""

    id = serializers.CharField()
    name = serializers.CharField()
    outcome = serializers.ChoiceField([*_OUTCOMES, "deleted"])
    secret = serializers.CharField(help_text="Of a new signed webhook, told this once")


class ImportAnswer(serializers.Serializer[Any]):
    """What an import changes, or has changed."""

    outcome = serializers.ChoiceField(_OUTCOMES)
    name = serializers.CharField(help_text="As the document says; empty when it does not")
    workflow = AppliedWorkflow(allow_null=True, help_text="Null: a dry run would create it")
    changes = ChangesSchema()
    text = serializers.CharField(help_text="Unified diff of the YAML documents; empty when nothing changes")
    problems = FileProblem(many=True)
    graph = serializers.DictField(help_text=GRAPH_HELP)
    version = serializers.IntegerField(allow_null=True, help_text="Published version, when asked to publish")
    published = serializers.BooleanField(help_text="Whether that version is new")
    triggers = AppliedTriggerSchema(many=True)
