"""What narrows runs, in lists and in bulk operations."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from designer.models import Run, RunPriority, RunStatus, WorkflowVersion

MAX_IDS: Final = 10_000
MAX_LABELS: Final = 10
MAX_SINGLE: Final = 200
SHOWN_END: Final = 8
_LOOKUPS: Final = {
    "workflow": "workflow_id",
    "project": "project__slug",
    "priority": "priority",
    "since": "created_at__gte",
    "until": "created_at__lt",
    "ids": "pk__in",
    "origin": "origin_run",
}


class Several(serializers.MultipleChoiceField):
    """Some of the choices: repeated, comma separated, or a list."""

    def get_value(self, dictionary: Mapping[str, Any]) -> Any:
        """Return the texts given, each one for itself."""
        return _split(super().get_value(dictionary))


@extend_schema_field(OpenApiTypes.STR)
class Labels(serializers.Field[Any, Any, Any, Any]):
    """Labels that a run has, all of them: ``name:value``, repeated or comma separated, or an object."""

    default_error_messages = {
        "shape": "Labels are name:value, such as team:sales.",
        "many": f"At most {MAX_LABELS} labels.",
    }

    def get_value(self, dictionary: Mapping[str, Any]) -> Any:
        """Return an object as it is, texts each one for itself."""
        given: Any = dictionary.getlist(self.field_name) if hasattr(dictionary, "getlist") else None
        if given is None:
            given = dictionary.get(str(self.field_name), serializers.empty)
        return serializers.empty if given == [] else given if isinstance(given, dict) else _split(given)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Return value by name."""
        pairs = data.items() if isinstance(data, dict) else [_pair(each) for each in data] if _is_list(data) else [None]
        found: dict[str, str] = {}
        for pair in pairs:
            if pair is None or not all(isinstance(part, str) and part and "\0" not in part for part in pair):
                self.fail("shape")
            found[pair[0]] = pair[1]
        if len(found) > MAX_LABELS:
            self.fail("many")
        return found

    def to_representation(self, value: Any) -> Any:
        """Return it as it is."""
        return value


class RunFilters(serializers.Serializer[Any]):
    """What narrows the list of runs."""

    status = Several(choices=RunStatus.choices, required=False, help_text="Several: repeated, or comma separated")
    workflow = serializers.CharField(required=False, help_text="Id of a workflow")
    project = serializers.SlugField(required=False, help_text="Slug of a project")
    search = serializers.CharField(
        required=False, help_text="Start of a run's id, its last 8 characters or more, or part of a workflow's title"
    )
    since = serializers.DateTimeField(required=False, help_text="Created then or later")
    until = serializers.DateTimeField(required=False, help_text="Created before then")
    priority = serializers.ChoiceField(RunPriority.choices, required=False)
    trigger = serializers.CharField(
        required=False, max_length=MAX_SINGLE, help_text="What started it, or the kind of it: all before its colon"
    )
    origin = serializers.CharField(
        required=False, max_length=MAX_SINGLE, help_text="Id of the run they were made from by fork, retry or replay"
    )
    agent = serializers.SlugField(
        required=False, max_length=MAX_SINGLE, help_text="Name of an agent that a step of the workflow names"
    )
    labels = Labels(required=False, help_text="name:value; several: repeated, or comma separated")

    def narrowed(self, rows: QuerySet[Run]) -> QuerySet[Run]:
        """Return the rows that fit what was asked for."""
        return narrowed(rows, self.validated_data)


class BulkFilters(RunFilters):
    """Which runs a bulk operation takes; an empty one takes all that you may act on."""

    ids = serializers.ListField(
        child=serializers.CharField(max_length=26), required=False, max_length=MAX_IDS, help_text="These runs only"
    )

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what is no filter: a slip of the pen must not widen the choice to all runs."""
        strangers = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if strangers:
            raise serializers.ValidationError(dict.fromkeys(strangers, "is no filter"))
        return super().to_internal_value(data)


def _named(search: str) -> Q:
    """Return what finds a run by its workflow's title, or by as much of its id as one has at hand: lists show the end."""
    found = Q(pk__startswith=search.lower()) | Q(workflow__title__icontains=search)
    return found | Q(pk__endswith=search.lower()) if len(search) >= SHOWN_END else found


def narrowed(rows: QuerySet[Run], asked: Mapping[str, Any]) -> QuerySet[Run]:
    """Return the rows that fit ``asked``, the validated data of filters."""
    rows = rows.filter(**{lookup: asked[name] for name, lookup in _LOOKUPS.items() if name in asked})
    if asked.get("status"):
        rows = rows.filter(status__in=asked["status"])
    if search := asked.get("search", "").strip():
        rows = rows.filter(_named(search))
    if trigger := asked.get("trigger"):
        rows = rows.filter(Q(trigger=trigger) | Q(trigger__startswith=f"{trigger}:"))
    if agent := asked.get("agent"):
        rows = rows.filter(version__in=_naming(agent))
    for name, value in asked.get("labels", {}).items():
        rows = rows.filter(Exact(KeyTextTransform(name, "labels"), value))
    return rows


def _naming(agent: str) -> QuerySet[Any, Any]:
    """Return the versions in whose graph a step names the agent; both databases write JSON with a space after colons."""
    versions = WorkflowVersion.objects.annotate(text=Cast("graph", TextField()))
    return versions.filter(text__contains=f'"agent": "{agent}"').order_by().values("pk")


def _split(given: Any) -> Any:
    if isinstance(given, str):
        given = [given]
    if not _is_list(given):
        return given
    texts: Iterable[Any] = given
    return [part.strip() for each in texts for part in (each.split(",") if isinstance(each, str) else [each])]


def _is_list(given: Any) -> bool:
    return isinstance(given, list | tuple | set)


def _pair(text: Any) -> tuple[str, str] | None:
    if not isinstance(text, str):
        return None
    name, _, value = text.partition(":")
    return name.strip(), value.strip()
