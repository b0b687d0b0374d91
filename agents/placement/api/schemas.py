"""What the endpoints of deployments, nodes and instances take and answer, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from agents.domain.placement import REPLICAS_MAX

SLOT_STATES = [(state, state) for state in ("starting", "running", "restarting", "leaving", "lost")]
DEPLOYMENT_STATUSES = [(status, status) for status in ("ready", "starting", "short", "none")]
LOG_STREAMS = [(stream, stream) for stream in ("stdout", "stderr", "system")]


class SlotRowSerializer(serializers.Serializer[Any]):
    """A slot that somebody has."""

    number = serializers.IntegerField()
    node = serializers.CharField(help_text="The node's name; empty when it is gone")
    node_id = serializers.CharField()
    instance = serializers.CharField()
    state = serializers.ChoiceField(
        choices=SLOT_STATES,
        help_text="`restarting`: its process ended and is being started again; `leaving`: it goes elsewhere; "
        "`lost`: its node failed",
    )
    trouble = serializers.CharField(
        allow_blank=True, help_text="Why the instance does not start, or works no calls now"
    )
    since_ms = serializers.IntegerField()


class DeploymentSerializer(serializers.Serializer[Any]):
    """What is wanted of an agent version, and how it stands."""

    agent = serializers.CharField()
    version = serializers.CharField()
    identity = serializers.CharField()
    digest = serializers.CharField(help_text="The 64 hex digits of the identity")
    replicas = serializers.IntegerField()
    ready = serializers.IntegerField()
    where = serializers.DictField()
    weight = serializers.IntegerField()
    status = serializers.ChoiceField(choices=DEPLOYMENT_STATUSES)
    reason = serializers.CharField(allow_blank=True, help_text="Why there are not as many instances as wanted")
    slots = SlotRowSerializer(many=True)
    changed_by = serializers.CharField(
        allow_null=True, help_text="A user, or `policy <name> v<number of its set>`; null: the system itself"
    )
    why = serializers.CharField(allow_blank=True, help_text="Why a policy set the number; empty when somebody did")
    changed_at = serializers.DateTimeField()


class DeploymentListSerializer(serializers.Serializer[Any]):
    """The deployments that have or want instances; ``live`` is false while NATS is away."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = DeploymentSerializer(many=True)
    live = serializers.BooleanField()
    live_detail = serializers.CharField(allow_blank=True)


class DeploymentBody(serializers.Serializer[Any]):
    """What is wanted; what is left out stays as it is."""

    replicas = serializers.IntegerField(min_value=0, max_value=REPLICAS_MAX)
    where = serializers.DictField(
        required=False, help_text='Which nodes qualify: `{"region", "role", "nodes": [names], "not_nodes": [names]}`'
    )
    weight = serializers.IntegerField(min_value=0, max_value=100, required=False)


class RollbackBody(serializers.Serializer[Any]):
    """The version that gets all replicas."""

    version = serializers.CharField(max_length=40)


class DeploymentChangeSerializer(serializers.Serializer[Any]):
    """A change of a deployment."""

    version = serializers.CharField()
    action = serializers.CharField()
    replicas = serializers.IntegerField()
    where = serializers.DictField()
    weight = serializers.IntegerField()
    by = serializers.CharField(
        allow_null=True, help_text="A user, or `policy <name> v<number of its set>`; null: the system itself"
    )
    why = serializers.CharField(allow_blank=True, help_text="Why a policy did it; empty when somebody did")
    at = serializers.DateTimeField()


class DeploymentChangeListSerializer(serializers.Serializer[Any]):
    """Changes, newest first."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = DeploymentChangeSerializer(many=True)


class DrainBody(serializers.Serializer[Any]):
    """Whether the node is to take no new work."""

    on = serializers.BooleanField(default=True)


class MigrateBody(serializers.Serializer[Any]):
    """Where to; any node that qualifies when absent."""

    node = serializers.CharField(required=False, allow_blank=True, default="", help_text="A node's id or name")


class OrderSerializer(serializers.Serializer[Any]):
    """What the node answered."""

    draining = serializers.BooleanField(required=False)
    stopping = serializers.BooleanField(required=False)
    instance = serializers.CharField(required=False)
    to = serializers.CharField(required=False, allow_blank=True)


class LogLineSerializer(serializers.Serializer[Any]):
    """A line."""

    seq = serializers.IntegerField()
    at_ms = serializers.IntegerField()
    stream = serializers.ChoiceField(choices=LOG_STREAMS)
    text = serializers.CharField()


class LogSerializer(serializers.Serializer[Any]):
    """Lines, oldest first; ask again with ``after=<next>``."""

    lines = LogLineSerializer(many=True)
    next = serializers.IntegerField()
    ended = serializers.BooleanField(help_text="The instance is gone: these are the last lines, no more will come")


class EndedSerializer(serializers.Serializer[Any]):
    """An instance that is gone."""

    instance = serializers.CharField()
    agent = serializers.CharField()
    node = serializers.CharField(help_text="The name of the node that keeps its log")
    node_id = serializers.CharField()
    at_ms = serializers.IntegerField(help_text="When it said its last line")
    text = serializers.CharField(allow_blank=True, help_text="What its node said of it last")


class EndedListSerializer(serializers.Serializer[Any]):
    """Instances that are gone."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EndedSerializer(many=True)


class RegisterBody(serializers.Serializer[Any]):
    """An agent that runs wherever a process joins for it."""

    name = serializers.CharField(max_length=80)
    version = serializers.CharField(max_length=40, default="1.0.0")
    capabilities = serializers.ListField(child=serializers.CharField(max_length=80), max_length=100)
    intent_schema = serializers.DictField(
        help_text='Two JSON Schemas `{"input", "output"}`, or the short form `{"input": "string", "output_format": "json|png"}`'
    )
    title = serializers.DictField(child=serializers.CharField(max_length=200), required=False)
    description = serializers.DictField(child=serializers.CharField(max_length=2000), required=False)
    limits = serializers.DictField(
        child=serializers.FloatField(), required=False, help_text="`timeout_s`, `concurrency`"
    )
    cost = serializers.FloatField(min_value=0, default=0.0)
