"""What the API takes and answers."""

from typing import Any, Final

from rest_framework import serializers

from agents.contracts.actions.configure import MODES
from agents.contracts.formats.base import MAX_REFERENCES, MAX_SCHEMA_BYTES, SchemaType
from agents.domain.contracts.compatibility import Level

SCHEMA_TYPES: Final = [(kind.value, kind.value) for kind in SchemaType]
LEVELS: Final = [(level.value, level.value) for level in Level]
CONTRACT_MODES: Final = [(mode, mode) for mode in MODES]


class ReferenceSchema(serializers.Serializer[Any]):
    """A version of another contract that a schema refers to."""

    name = serializers.CharField(max_length=255, help_text="What the schema calls it")
    subject = serializers.CharField(max_length=255)
    version = serializers.IntegerField(min_value=1)


class ContractVersionSchema(serializers.Serializer[Any]):
    """A version of a contract."""

    number = serializers.IntegerField()
    version = serializers.CharField(help_text="Semantic version")
    schema_id = serializers.IntegerField(help_text="What messages carry")
    schema_type = serializers.ChoiceField(SCHEMA_TYPES)
    digest = serializers.CharField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_blank=True)


class MaySchema(serializers.Serializer[Any]):
    """What the reader may do with a contract."""

    change = serializers.BooleanField(
        help_text="Register versions, set level and mode, delete, clear what was rejected"
    )
    bind = serializers.BooleanField(help_text="Set what it applies to, and its project")  # type: ignore[assignment]
    see_rejected = serializers.BooleanField()


class ForAllSchema(serializers.Serializer[Any]):
    """What holds for all contracts without settings of their own."""

    compatibility = serializers.ChoiceField(LEVELS)
    mode = serializers.ChoiceField(CONTRACT_MODES)


class ContractSchema(serializers.Serializer[Any]):
    """A contract with its newest version."""

    name = serializers.CharField()
    project = serializers.SlugField(allow_null=True, help_text="Null: none, or one the reader is no member of")
    may = MaySchema()
    pattern = serializers.CharField(
        allow_blank=True, help_text="NATS subject, or `agent.<name>.input` or `.output`, it applies to; empty: none"
    )
    compatibility = serializers.ChoiceField(LEVELS)
    own_compatibility = serializers.BooleanField(help_text="Whether the level is its own, not the one for all")
    mode = serializers.ChoiceField(CONTRACT_MODES)
    own_mode = serializers.BooleanField(help_text="Whether the mode is its own, not the one for all")
    for_all = ForAllSchema()
    system = serializers.BooleanField()
    latest = ContractVersionSchema()
    versions = serializers.IntegerField(help_text="How many there are")
    rejected = serializers.IntegerField(allow_null=True, help_text="Messages that broke it; null: not known now")
    updated_at = serializers.DateTimeField()


class UserOfContract(serializers.Serializer[Any]):
    """Who sends or takes messages of a contract."""

    kind = serializers.ChoiceField([("agent", "agent"), ("workflow", "workflow"), ("trigger", "trigger")])
    name = serializers.CharField()
    role = serializers.ChoiceField([("producer", "producer"), ("consumer", "consumer")])
    detail = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True, help_text="On the page")
    problem = serializers.CharField(allow_blank=True, help_text="How it does not fit the contract; empty: it fits")


class ContractDetailSchema(ContractSchema):
    """A contract with all it has."""

    all_versions = ContractVersionSchema(many=True)
    used_by = UserOfContract(many=True)


class ContractTextSchema(ContractVersionSchema):
    """A version with its schema."""

    schema = serializers.CharField()
    references = ReferenceSchema(many=True)
    referenced_by = serializers.ListField(child=serializers.IntegerField())


class SchemaGiven(serializers.Serializer[Any]):
    """A schema to register or to try out."""

    schema = serializers.CharField(trim_whitespace=False, max_length=4 * MAX_SCHEMA_BYTES)
    schema_type = serializers.ChoiceField(SCHEMA_TYPES, default="AVRO")
    references = ReferenceSchema(many=True, default=list, max_length=MAX_REFERENCES)  # type: ignore[call-arg]  # of the list


class VersionGiven(SchemaGiven):
    """A schema to register."""

    version = serializers.CharField(
        default="", allow_blank=True, max_length=40, help_text="Semantic; empty: the next one"
    )
    project = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=50,
        help_text="Slug of the project a new contract belongs to; your first one when absent",
    )


class TrialGiven(SchemaGiven):
    """A schema to try out."""

    compatibility = serializers.ChoiceField(
        [*LEVELS, ("", "")], default="", help_text="As if this level held; empty: the one that holds"
    )


class IncompatibilitySchema(serializers.Serializer[Any]):
    """One thing that would break."""

    path = serializers.CharField(allow_blank=True, help_text="JSON pointer into the message")
    rule = serializers.CharField()
    message = serializers.CharField()
    direction = serializers.ChoiceField([("backward", "backward"), ("forward", "forward")])
    version = serializers.IntegerField()
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)


class TrialSchema(serializers.Serializer[Any]):
    """Whether a schema would do."""

    compatible = serializers.BooleanField()
    compatibility = serializers.ChoiceField(LEVELS)
    known_version = serializers.CharField(allow_null=True, help_text="The version that has this schema already")
    incompatibilities = IncompatibilitySchema(many=True)


class SettingsGiven(serializers.Serializer[Any]):
    """What to change of a contract; what is not named stays."""

    compatibility = serializers.ChoiceField([*LEVELS, ("", "")], required=False, help_text="Empty: the level for all")
    mode = serializers.ChoiceField([*CONTRACT_MODES, ("", "")], required=False, help_text="Empty: the mode for all")
    pattern = serializers.CharField(
        required=False, allow_blank=True, max_length=255, help_text="Only for operators; empty: it applies to nothing"
    )
    project = serializers.CharField(
        required=False, allow_blank=True, max_length=50, help_text="Only for operators; empty: none"
    )


class DiffLine(serializers.Serializer[Any]):
    """A line; ``old`` and ``new`` are its numbers (0: not there). ``skipped`` stands for as many lines as it says."""

    change = serializers.ChoiceField([(each, each) for each in ("same", "added", "removed", "skipped")])
    text = serializers.CharField(allow_blank=True)
    old = serializers.IntegerField()
    new = serializers.IntegerField()


class ContractDiffSchema(serializers.Serializer[Any]):
    """What changed from one version to another, and what it breaks both ways."""

    old = ContractVersionSchema()
    new = ContractVersionSchema()
    lines = DiffLine(many=True)
    incompatibilities = IncompatibilitySchema(many=True)


class ContractFaultSchema(serializers.Serializer[Any]):
    """One thing wrong with a message."""

    field = serializers.CharField(allow_blank=True)
    message = serializers.CharField()


class RejectedSchema(serializers.Serializer[Any]):
    """A message that broke its contract."""

    id = serializers.CharField()
    at = serializers.DateTimeField()
    subject = serializers.CharField()
    version = serializers.CharField()
    side = serializers.ChoiceField([(each, each) for each in ("send", "deliver", "input", "output")])
    by = serializers.CharField(allow_blank=True)
    errors = ContractFaultSchema(many=True)  # type: ignore[assignment]  # a field, as the message calls it
    size = serializers.IntegerField()
    payload = serializers.CharField(allow_blank=True, help_text="At most its first 64 KB")
    encoding = serializers.ChoiceField([("text", "text"), ("base64", "base64")])
    headers = serializers.DictField(child=serializers.CharField())


class RejectedCount(serializers.Serializer[Any]):
    """How many messages broke a contract."""

    contract = serializers.CharField()
    count = serializers.IntegerField(help_text="Since it was last cleared")


class RejectedCounts(serializers.Serializer[Any]):
    """Contracts that messages broke, those with most first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = RejectedCount(many=True)


class RejectedPage(serializers.Serializer[Any]):
    """Rejected messages, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = RejectedSchema(many=True)
    count = serializers.IntegerField(help_text="How many were rejected; of these about the last 1,000 are kept")
