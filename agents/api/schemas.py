"""What the registry's endpoints answer, for the OpenAPI document (docs/wire.md)."""

from typing import Any

from rest_framework import serializers

from agents.domain.health import Health
from agents.placement.api.schemas import DeploymentSerializer

NODE_STATUSES = [(health.value, health.value) for health in Health]


class IntentSerializer(serializers.Serializer[Any]):
    """JSON Schemas (2020-12) of input and output."""

    input = serializers.DictField()
    output = serializers.DictField()


class LimitsSerializer(serializers.Serializer[Any]):
    """Limits of one instance."""

    memory_mib = serializers.IntegerField()
    cpu_s = serializers.FloatField()
    timeout_s = serializers.FloatField()
    concurrency = serializers.IntegerField()
    pids = serializers.IntegerField(help_text="Processes and threads (bundles)")
    open_files = serializers.IntegerField(help_text="Bundles")
    disk_mib = serializers.IntegerField(help_text="Of its scratch folder (bundles)")


class VersionSerializer(serializers.Serializer[Any]):
    """An immutable version."""

    version = serializers.CharField()
    identity = serializers.CharField()
    intent = IntentSerializer()
    limits = LimitsSerializer()
    cpu_bound = serializers.BooleanField()


class DatedVersionSerializer(VersionSerializer):
    """A version with the time it was registered, and how it runs."""

    created_at = serializers.DateTimeField()
    runtime = serializers.ChoiceField(choices=["builtin", "bundle", "remote"])
    bundle_status = serializers.ChoiceField(choices=["quarantined", "approved", "rejected"], allow_null=True)
    deployment = DeploymentSerializer(
        allow_null=True, help_text="What is wanted of it; null when it was never deployed"
    )


class AgentSerializer(serializers.Serializer[Any]):
    """An agent with its newest version; ``live_instances`` is null while NATS is away."""

    name = serializers.CharField()
    title = serializers.DictField(child=serializers.CharField())
    description = serializers.DictField(child=serializers.CharField())
    category = serializers.CharField()
    icon = serializers.CharField()
    enabled = serializers.BooleanField()
    capabilities = serializers.ListField(child=serializers.CharField())
    latest = VersionSerializer(allow_null=True)
    live_instances = serializers.IntegerField(allow_null=True)


class ProcessSerializer(serializers.Serializer[Any]):
    """The sandboxed process that an instance of a bundle is."""

    ready = serializers.BooleanField(help_text="False: it has ended, and is being started again")
    restarts = serializers.IntegerField(help_text="How often it was started again")
    reason = serializers.CharField(allow_blank=True, help_text="Why it ended last: the code, and a sentence")
    memory_mib = serializers.FloatField(help_text="What it and its scratch folder hold")
    tasks = serializers.IntegerField(help_text="Its processes and threads")


class InstanceSerializer(serializers.Serializer[Any]):
    """A running instance on a node."""

    instance = serializers.CharField()
    node = serializers.CharField(help_text="The node's name")
    node_id = serializers.CharField()
    status = serializers.ChoiceField(choices=NODE_STATUSES)
    state = serializers.CharField(help_text="Running, or Stopping while it ends")
    version = serializers.CharField()
    in_flight = serializers.IntegerField()
    concurrency = serializers.IntegerField()
    process = ProcessSerializer(allow_null=True, help_text="Null: the agent is built in, or runs elsewhere")


class AgentDetailSerializer(AgentSerializer):
    """An agent with all its versions and its instances."""

    versions = DatedVersionSerializer(many=True)
    instances = InstanceSerializer(many=True)
    live = serializers.BooleanField(help_text="False: NATS is away, and nothing is known of instances")


class SlotsSerializer(serializers.Serializer[Any]):
    """Calls in work, and the most the node takes."""

    busy = serializers.IntegerField()
    max = serializers.IntegerField()


class HostedSerializer(serializers.Serializer[Any]):
    """An instance as its node announces it."""

    name = serializers.CharField()
    version = serializers.CharField()
    identity = serializers.CharField()
    instance = serializers.CharField()
    in_flight = serializers.IntegerField()
    concurrency = serializers.IntegerField()
    state = serializers.CharField(help_text="Running, or Stopping while the node ends")
    capabilities = serializers.ListField(child=serializers.CharField(), help_text="What steps may ask for")
    slot = serializers.IntegerField(help_text="Of its deployment; -1: the node hosts it by its own choice")
    process = ProcessSerializer(allow_null=True, help_text="Null: the agent is built in, or runs elsewhere")


class RuntimeSerializer(serializers.Serializer[Any]):
    """Whether the node can put bundles into a sandbox, or why not."""

    sandbox = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    trusted_without = serializers.BooleanField(help_text="Bundles with a trusted signature run without one")


class NodeSerializer(serializers.Serializer[Any]):
    """A node: its last heartbeat and how it stands."""

    node_id = serializers.CharField()
    name = serializers.CharField()
    ts = serializers.IntegerField(help_text="ms, the node's clock")
    load = serializers.IntegerField(help_text="0-100")
    region = serializers.CharField()
    role = serializers.CharField()
    toolset = serializers.ListField(child=serializers.CharField())
    version = serializers.CharField()
    host = serializers.CharField()
    pid = serializers.IntegerField()
    started_ms = serializers.IntegerField()
    slots = SlotsSerializer()
    agents = HostedSerializer(many=True)
    draining = serializers.BooleanField(help_text="It takes no new work")
    runtime = RuntimeSerializer()
    memory_mib = serializers.IntegerField(help_text="For its instances; 0 when it does not say")
    cpu_count = serializers.IntegerField()
    status = serializers.ChoiceField(choices=NODE_STATUSES)
    age_ms = serializers.IntegerField()


class AgentListSerializer(serializers.Serializer[Any]):
    """A page of agents; ``live`` is false while NATS is away, with the reason in ``live_detail``."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = AgentSerializer(many=True)
    live = serializers.BooleanField()
    live_detail = serializers.CharField(allow_blank=True)


class NodeListSerializer(serializers.Serializer[Any]):
    """The nodes in sight; ``live`` is false while NATS is away, with the reason in ``live_detail``."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = NodeSerializer(many=True)
    live = serializers.BooleanField()
    live_detail = serializers.CharField(allow_blank=True)
