"""What commands to runs take, as JSON."""

import json
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from designer.api.run_schemas import ReasonBody

MAX_NAME = 200
MAX_COMMENT = 2000
MOST_INPUT: Final = 4000
"""Characters of a run's input, as JSON, that an approval shows; whoever wants more reads the run."""


class SignalBody(ReasonBody):
    """A signal: what happened outside."""

    name = serializers.CharField(max_length=MAX_NAME, help_text="As the waiting step names it")
    key = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_NAME, help_text="Where the step asks for one"
    )
    data = serializers.JSONField(  # type: ignore[assignment]  # the field of that name, not the serializer's answer
        required=False, default=None, allow_null=True, help_text="Fits the schema of the step; 64 KB at most"
    )


class DecisionBody(serializers.Serializer[Any]):
    """Yes or no, with a comment and the filled-in form."""

    approved = serializers.BooleanField()
    comment = serializers.CharField(required=False, default="", allow_blank=True, max_length=MAX_COMMENT)
    data = serializers.JSONField(  # type: ignore[assignment]  # the field of that name, not the serializer's answer
        required=False,
        default=None,
        allow_null=True,
        help_text="Fits the form's schema; a rejection may leave it out",
    )


class ReplayBody(ReasonBody):
    """On which version a run is run once more."""

    version = serializers.JSONField(
        required=False,
        default="same",  # type: ignore[arg-type]  # a JSON value
        help_text='"same" (the default), "newest", or a published number',
    )


class ForkBody(ReasonBody):
    """From where, and with what changed, a run is forked."""

    after = serializers.IntegerField(min_value=1, help_text="Sequence number of the last event that is taken over")
    input = serializers.DictField(
        required=False, default=dict, help_text="Inputs to change; the others stay as they are"
    )
    outputs = serializers.DictField(
        required=False, default=dict, help_text="By step: an output to put in the place of the recorded one"
    )
    version = serializers.ChoiceField(["same"], required=False, default="same")


class OpenApprovalSchema(serializers.Serializer[Any]):
    """An approval that people are waited for."""

    run = serializers.CharField(source="run_id")
    workflow = serializers.SerializerMethodField()
    project = serializers.CharField(source="run.project.slug")
    started_by = serializers.CharField(source="run.created_by.username", allow_null=True, help_text="Whose run it is")
    step = serializers.CharField()
    title = serializers.CharField(help_text="What the workflow calls the step; empty where it gives it no title")
    message = serializers.CharField(help_text="What is asked, as the step words it")
    input = serializers.SerializerMethodField(
        help_text="Of the run; null where it is more than 4,000 characters of JSON: read the run"
    )
    since = serializers.DateTimeField()
    due = serializers.DateTimeField(allow_null=True, help_text="When it fails as timed_out")
    approvers = serializers.ListField(child=serializers.CharField(), help_text="User names")
    groups = serializers.ListField(child=serializers.CharField(), help_text="Names of groups")
    needed = serializers.IntegerField(help_text="Approvals it takes")
    given = serializers.ListField(child=serializers.CharField(), help_text="Who has approved so far")
    schema = serializers.DictField(help_text="JSON Schema of the form; empty: there is none")
    mine = serializers.BooleanField(help_text="Whether you may decide it")

    def get_workflow(self, row: Any) -> dict[str, str]:
        """Return the workflow in brief."""
        workflow = row.run.workflow
        return {"id": workflow.pk, "name": workflow.name, "title": workflow.title}

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": {}})
    def get_input(self, row: Any) -> dict[str, Any] | None:
        """Return what the run was started with, unless it is large."""
        return None if len(row.input_head) > MOST_INPUT else json.loads(row.input_head)
