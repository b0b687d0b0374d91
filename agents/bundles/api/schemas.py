"""What the endpoints of bundles take and answer, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from agents.bundles.models import Status
from agents.bundles.standing import NOTE_MAX
from agents.bundles.trust import SignatureState
from agents.domain.placement import REPLICAS_MAX

BUNDLE_STATUSES = [*Status.choices, ("checked", "checked")]
DECIDED_STATUSES = Status.choices
SIGNATURE_STATES = [(state.value, state.value) for state in SignatureState]


class CheckSerializer(serializers.Serializer[Any]):
    """The outcome of one check; ``path`` is the file, or the field of the manifest, at fault."""

    name = serializers.CharField()
    ok = serializers.BooleanField()
    message = serializers.CharField()
    path = serializers.CharField(allow_blank=True)


class SignatureSerializer(serializers.Serializer[Any]):
    """What the signature is worth now; keys come and go after an upload."""

    state = serializers.ChoiceField(choices=SIGNATURE_STATES)
    key_id = serializers.CharField(allow_null=True)
    key_name = serializers.CharField(allow_null=True)


class BundleSerializer(serializers.Serializer[Any]):
    """A bundle. ``checked`` is the status of one that was only checked (``dry_run``) and not kept."""

    digest = serializers.CharField(help_text="The 64 hex digits of the identity")
    identity = serializers.CharField()
    agent = serializers.CharField()
    version = serializers.CharField()
    title = serializers.DictField(child=serializers.CharField())
    description = serializers.DictField(child=serializers.CharField())
    status = serializers.ChoiceField(choices=BUNDLE_STATUSES)
    network_asked = serializers.BooleanField()
    network_granted = serializers.BooleanField()
    on_bus = serializers.BooleanField(help_text="Nodes can fetch it; an approved one follows within 30 s")
    size = serializers.IntegerField(help_text="Bytes of the zip")
    file_count = serializers.IntegerField()
    signature = SignatureSerializer()
    checks = CheckSerializer(many=True)
    uploaded_by = serializers.CharField(allow_null=True)
    uploaded_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(allow_null=True, help_text="Null: nobody yet, or by a trusted signature")
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    zip_removed_at = serializers.DateTimeField(
        allow_null=True, help_text="When the zip of a rejected bundle was removed; uploading it again brings it back"
    )
    manifest = serializers.DictField()


class BundleListSerializer(serializers.Serializer[Any]):
    """A page of bundles, newest first."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = BundleSerializer(many=True)


class DecisionSerializer(serializers.Serializer[Any]):
    """What was decided on a bundle once."""

    status = serializers.ChoiceField(choices=DECIDED_STATUSES)
    network_granted = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    by = serializers.CharField(allow_null=True, help_text="Null: a trusted signature, or an account that is gone")
    at = serializers.DateTimeField()


class DecisionListSerializer(serializers.Serializer[Any]):
    """A page of decisions, newest first."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = DecisionSerializer(many=True)


class RefusalSerializer(serializers.Serializer[Any]):
    """An upload that was refused: who sent what, and what was found. Of the zip nothing is kept."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.CharField(allow_null=True)
    code = serializers.CharField(help_text="bundle_refused, version_taken or too_large")
    message = serializers.CharField()
    name = serializers.CharField(allow_blank=True, help_text="What the sender called the file")
    bundle = serializers.CharField(allow_null=True, help_text="name@version, when the manifest could be read")
    zip_digest = serializers.CharField(allow_null=True, help_text="SHA-256 of the zip; null when it was cut off")
    size = serializers.IntegerField(allow_null=True, help_text="Bytes of the zip; null when it was cut off")
    dry_run = serializers.BooleanField()
    checks = CheckSerializer(many=True)


class RefusalListSerializer(serializers.Serializer[Any]):
    """A page of refused uploads, newest first."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RefusalSerializer(many=True)


class BundleUploadBody(serializers.Serializer[Any]):
    """A form with the zip; its signature is in it."""

    file = serializers.FileField()


class NoteBody(serializers.Serializer[Any]):
    """Why."""

    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=NOTE_MAX)


class ApproveBody(NoteBody):
    """Whether the network is granted, and how many instances are wanted at once."""

    network = serializers.BooleanField(required=False, default=False)
    replicas = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=REPLICAS_MAX
    )


class BundleFileSerializer(serializers.Serializer[Any]):
    """A file of a bundle."""

    path = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class BundleFileListSerializer(serializers.Serializer[Any]):
    """All files of a bundle, by path."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = BundleFileSerializer(many=True)


class NewKey(serializers.Serializer[Any]):
    """A public key and whose it is."""

    name = serializers.CharField(max_length=120)
    public_key = serializers.CharField(max_length=64, help_text="Ed25519, 32 bytes in base64")


class KeySerializer(serializers.Serializer[Any]):
    """A trusted key; ``id`` is what signatures name it by."""

    id = serializers.CharField()
    name = serializers.CharField()
    public_key = serializers.CharField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_null=True)


class KeyListSerializer(serializers.Serializer[Any]):
    """The trusted keys, by name."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = KeySerializer(many=True)
