"""What the endpoints of policies take and answer, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from agents.domain.policy import KINDS
from agents.policies.models import PolicySetVersion

CHANGES = ["added", "removed", "changed", "moved"]
REASONS = ["holds", "off", "match", "less_specific", "earlier"]


class MatchSchema(serializers.Serializer[Any]):
    """Where a policy holds; all that is named must be so, the most specific policy wins."""

    agent = serializers.CharField(required=False)
    version = serializers.CharField(required=False)
    instance = serializers.CharField(required=False)
    region = serializers.CharField(required=False)
    tag = serializers.CharField(required=False, help_text="A group of the user")


class ClusterPolicy(serializers.Serializer[Any]):
    """One policy."""

    name = serializers.CharField(max_length=64)
    kind = serializers.ChoiceField(choices=KINDS)
    match = MatchSchema(required=False)
    spec = serializers.DictField(
        required=False, help_text="By kind, see /policies/schema; what is absent has its default"
    )
    enabled = serializers.BooleanField(required=False, default=True)
    note = serializers.CharField(required=False, max_length=1000)


class PolicyFaultSchema(serializers.Serializer[Any]):
    """What is wrong, or odd, at a place."""

    field = serializers.CharField(help_text="JSON pointer")
    code = serializers.CharField()
    message = serializers.CharField()


class SetSchema(serializers.Serializer[Any]):
    """A set of policies; the number is its ETag."""

    number = serializers.IntegerField()
    policies = ClusterPolicy(many=True)
    by = serializers.CharField()
    at_ms = serializers.IntegerField()
    note = serializers.CharField()
    warnings = PolicyFaultSchema(many=True)
    may_change = serializers.BooleanField(help_text="Whether you may change policies")


class SetBody(serializers.Serializer[Any]):
    """All policies, and why."""

    policies = ClusterPolicy(many=True)
    note = serializers.CharField(required=False, max_length=1000)


class EnableBody(serializers.Serializer[Any]):
    """Whether the policy is on."""

    enabled = serializers.BooleanField()
    change_note = serializers.CharField(required=False, max_length=1000)


class CheckBody(serializers.Serializer[Any]):
    """One policy, or all of them."""

    policy = ClusterPolicy(required=False)
    policies = ClusterPolicy(many=True, required=False)


class CheckAnswer(serializers.Serializer[Any]):
    """What a check found; pointers begin at the policy, or at the list."""

    ok = serializers.BooleanField()
    faults = PolicyFaultSchema(many=True)
    warnings = PolicyFaultSchema(many=True)


class PolicySetRow(serializers.ModelSerializer[PolicySetVersion]):
    """A set in the history."""

    by = serializers.CharField(source="by_name")

    class Meta:
        model = PolicySetVersion
        fields = ["number", "previous", "action", "title", "note", "by", "at", "count", "digest"]
        read_only_fields = fields


class PolicySetDetail(PolicySetRow):
    """A set of the history with its policies."""

    policies = ClusterPolicy(many=True)

    class Meta(PolicySetRow.Meta):
        fields = [*PolicySetRow.Meta.fields, "policies"]


class DifferenceSchema(serializers.Serializer[Any]):
    """What became of a policy."""

    name = serializers.CharField()
    change = serializers.ChoiceField(choices=CHANGES)
    before = ClusterPolicy(allow_null=True)
    after = ClusterPolicy(allow_null=True)
    fields = serializers.ListField(child=serializers.CharField(), help_text="JSON pointers")  # type: ignore[assignment]


class PolicySetDiff(serializers.Serializer[Any]):
    """What differs between two sets."""

    differences = DifferenceSchema(many=True)


class RollBackBody(serializers.Serializer[Any]):
    """The set to go back to; 0 is that without any policy."""

    number = serializers.IntegerField()
    note = serializers.CharField(required=False, max_length=1000)


class TryBody(serializers.Serializer[Any]):
    """What a policy is looked for."""

    agent = serializers.CharField(required=False)
    version = serializers.CharField(required=False)
    instance = serializers.CharField(required=False)
    region = serializers.CharField(required=False)
    user = serializers.CharField(required=False, help_text="Instead of tags: those of this user")
    tags = serializers.ListField(child=serializers.CharField(), required=False)


class LookedSchema(serializers.Serializer[Any]):
    """Why a policy holds, or does not."""

    name = serializers.CharField()
    reason = serializers.ChoiceField(choices=REASONS)
    field = serializers.CharField(help_text="Of the match: what is not so")


class AnswerSchema(serializers.Serializer[Any]):
    """What holds in one question."""

    kind = serializers.ChoiceField(choices=KINDS)
    about = serializers.CharField(help_text="The side of the kind, such as the limit per workflow")
    policy = serializers.CharField(allow_null=True, help_text="null: the defaults hold")
    spec = serializers.DictField()
    looked_at = LookedSchema(many=True)


class TryAnswer(serializers.Serializer[Any]):
    """What holds for a subject."""

    tags = serializers.ListField(child=serializers.CharField())
    answers = AnswerSchema(many=True)


class StandingSchema(serializers.Serializer[Any]):
    """What a process says of its policies."""

    process = serializers.CharField()
    role = serializers.CharField()
    host = serializers.CharField()
    pid = serializers.IntegerField()
    number = serializers.IntegerField()
    digest = serializers.CharField()
    source = serializers.CharField(help_text="nats, database, file, or here")  # type: ignore[assignment]  # the field of that name
    since_ms = serializers.IntegerField()
    told_ms = serializers.IntegerField()
    trouble = serializers.CharField()
    trouble_ms = serializers.IntegerField()


class StateSchema(serializers.Serializer[Any]):
    """How far the newest set has come."""

    number = serializers.IntegerField()
    at_ms = serializers.IntegerField()
    known = serializers.BooleanField(help_text="False while Redis is away")
    detail = serializers.CharField()
    behind = serializers.IntegerField()
    everywhere_ms = serializers.IntegerField(allow_null=True, help_text="When the last process took it")
    now_ms = serializers.IntegerField()
    processes = StandingSchema(many=True)
