"""Plans: an instruction in words becomes a workflow that is looked at, and then run."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec
from django.db import transaction
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.security.models import Project
from agentcluster.security.permissions import Action, require
from agents.planner.errors import NoPlanError
from agents.policies.throttle import count_starts
from designer.actions import planned_workflow
from designer.actions.plan_instruction import PlanChangedError, Planned, plan_instruction
from designer.actions.start_run import start_run
from designer.api.examples import START
from designer.api.finding import find_project, user_of
from designer.api.made import KEY, key_of, made
from designer.api.parsers import BoundedJSONParser
from designer.api.run_schemas import RunDetail
from designer.api.workflow_schemas import GRAPH_HELP, ProblemSchema, ProjectBrief
from designer.models import RunPriority

_SAY: Final = "analyse sales_q3.csv and draw the trend"


class PlanBody(serializers.Serializer[Any]):
    """What is to be done, in words."""

    instruction = serializers.CharField(max_length=4000, help_text=f"In English or Chinese, such as: {_SAY}")
    project = serializers.SlugField(required=False, help_text="Slug of the project; your first one when absent")
    input = serializers.DictField(
        required=False,
        default=dict,
        help_text="What the run begins with, by name: texts, addresses, values, files",
    )


class PlanRunBody(PlanBody):
    """A plan to run, and with what."""

    digest = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=71,
        help_text="`digest` of the plan that was looked at: 409 `plan_changed` if it is another one by now",
    )
    labels = serializers.DictField(child=serializers.CharField(max_length=200), required=False, default=dict)
    priority = serializers.ChoiceField(RunPriority.choices, required=False)


class PlanStep(serializers.Serializer[Any]):
    """A call in a plan."""

    id = serializers.CharField()
    title = serializers.CharField(help_text="In the language of the instruction")
    agent = serializers.CharField()
    version = serializers.CharField(help_text="The newest that runs")


class PlanAnswer(serializers.Serializer[Any]):
    """A plan that can run."""

    instruction = serializers.CharField()
    project = ProjectBrief()
    language = serializers.ChoiceField(["en", "zh-Hans"])
    explanation = serializers.CharField(help_text="The plan in words, step by step")
    agents = serializers.ListField(child=serializers.CharField())
    steps = PlanStep(many=True)
    input_schema = serializers.DictField(help_text="JSON Schema of what the run begins with")
    graph = serializers.DictField(help_text=GRAPH_HELP)
    digest = serializers.CharField(help_text="sha256:… of the graph")
    problems = ProblemSchema(many=True, help_text="Warnings")


class PlansView(APIView):
    """Makes plans."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="make_plan",
        request=PlanBody,
        responses=PlanAnswer,
        examples=[OpenApiExample("Of a file", {"instruction": _SAY}, request_only=True)],
        tags=["plans"],
    )
    def post(self, request: Request) -> Response:
        """Plan a workflow of the agents that run at this moment, checked as every workflow is; nothing is kept.

        422 `no_plan` (`part` and `words` are what is not understood, `available` what can be planned), `agents_away`
        (`agents` are registered, but run nowhere), `bad_plan` (`problems`).
        """
        body = PlanBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        project = find_project(user_of(request), given.get("project"))
        plan = plan_instruction(project, given["instruction"], given["input"])
        return Response({**msgspec.to_builtins(plan), "project": ProjectBrief(project).data})


class PlanRunView(APIView):
    """Runs plans."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="run_plan",
        request=PlanRunBody,
        responses={202: RunDetail, 200: RunDetail},
        parameters=[KEY],
        examples=[OpenApiExample("With an uploaded file", {"instruction": _SAY, **START}, request_only=True)],
        tags=["plans"],
    )
    def post(self, request: Request) -> Response:
        """Plan a workflow, keep it in the project, and start it; the same plan again runs the same workflow.

        Needs the role editor, as it makes a workflow; operator where the workflow is there already. Errors are those of
        `make_plan` and of `start_run`, and 409 `plan_changed`.
        """
        body = PlanRunBody(data=request.data)
        body.is_valid(raise_exception=True)
        given, user = body.validated_data, user_of(request)
        project = find_project(user, given.get("project"))
        plan = _agreed(project, given)
        workflow = planned_workflow.find(project, plan)
        require(user, Action.RUN if workflow else Action.EDIT, project)
        count_starts(request, project, workflow.pk if workflow else "")
        with transaction.atomic():
            run, new = start_run(
                user,
                workflow or planned_workflow.make(user, project, plan),
                given["input"],
                version="draft",
                labels=given["labels"],
                priority=given.get("priority"),
                idempotency_key=key_of(request),
            )
        return made(request, run, new, 202)


def _agreed(project: Project, given: Mapping[str, Any]) -> Planned:
    """Return the plan that was looked at, before there was any input or with it; ``PlanChangedError``."""
    instruction, digest = given["instruction"], given["digest"]
    if digest:
        # Without input it may be no plan at all.
        with suppress(NoPlanError):
            plan = plan_instruction(project, instruction, {})
            if plan.digest == digest:
                return plan
    plan = plan_instruction(project, instruction, given["input"])
    if digest not in ("", plan.digest):
        raise PlanChangedError(digest=plan.digest)
    return plan
