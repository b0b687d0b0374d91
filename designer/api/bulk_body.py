"""What a bulk operation takes: an action, which runs, and what the action needs besides."""

from collections.abc import Mapping
from typing import Any, Final

from rest_framework import serializers

from designer.actions.bulk import RIGHTS
from designer.api.control_schemas import MAX_NAME
from designer.api.run_copies import replayed_version
from designer.api.run_filters import BulkFilters
from designer.api.run_schemas import ReasonBody

OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "replay": ("version",),
    "signal": ("name", "key", "data"),
    "approve": ("step", "data"),
    "reject": ("step", "data"),
    "fork": ("after", "step", "input", "outputs"),
}
"""What an action takes besides the reason."""


class BulkBody(ReasonBody):
    """What to do with which runs. Of an approval or a rejection the reason is the comment."""

    action = serializers.ChoiceField(sorted(RIGHTS))
    filter = BulkFilters(required=False, default=dict)
    version = serializers.JSONField(
        required=False, help_text='For replay: "same" (the default), "newest", or a published number'
    )
    name = serializers.CharField(required=False, max_length=MAX_NAME, help_text="For signal: its name")
    key = serializers.CharField(
        required=False, allow_blank=True, max_length=MAX_NAME, help_text="For signal: where steps ask for one"
    )
    data = serializers.JSONField(  # type: ignore[assignment]  # the field of that name, not the serializer's answer
        required=False, allow_null=True, help_text="For signal: what happened. For approve, reject: the filled-in form"
    )
    step = serializers.CharField(
        required=False,
        max_length=1000,
        help_text="For approve, reject: this step only. For fork: begin again just before this step",
    )
    after = serializers.IntegerField(
        required=False, min_value=1, help_text="For fork, instead of step: the last event that is taken over"
    )
    input = serializers.DictField(required=False, help_text="For fork: inputs to change")
    outputs = serializers.DictField(required=False, help_text="For fork: by step, other results")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Only count, and show some")
    expected_count = serializers.IntegerField(
        required=False, min_value=0, help_text="As the dry run counted; more now: 409 count_changed"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what the action does not take, or lacks; who only counts need not know it yet."""
        action = attrs["action"]
        takes = OPTIONS.get(action, ())
        every = {name for names in OPTIONS.values() for name in names}
        strange = sorted(name for name in every.difference(takes) if name in attrs)
        if strange:
            raise serializers.ValidationError(dict.fromkeys(strange, f"means nothing to {action}"))
        if attrs["dry_run"]:
            return attrs
        if action == "signal" and "name" not in attrs:
            raise serializers.ValidationError({"name": "Which signal?"})
        if action == "fork" and ("after" in attrs) == ("step" in attrs):
            raise serializers.ValidationError(
                {"after": "Give the event (after) or the step to begin again at, one of the two."}
            )
        return attrs

    def options(self) -> dict[str, Any]:
        """Return what the action takes besides the reason, as it was given."""
        given = self.validated_data
        found = {name: given[name] for name in OPTIONS.get(given["action"], ()) if name in given}
        if given["action"] == "replay":
            found["version"] = replayed_version(found.get("version", "same"))
        return found
