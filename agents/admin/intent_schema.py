"""Intent schemas: stored once by content, shown as tables of fields."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from agents.admin import render
from agents.admin.read_only import ReadOnly
from agents.models import IntentSchema


@admin.register(IntentSchema)
class IntentSchemaAdmin(ReadOnly, ModelAdmin):
    """Which versions share a pair of schemas."""

    list_display = ["short_digest", "used_by", "inputs", "outputs"]
    compressed_fields = False
    search_fields = ["digest", "versions__agent__name"]
    fieldsets = [
        (None, {"fields": ["digest", "used_by"]}),
        (_("Input"), {"fields": ["input_schema"], "classes": ["tab"]}),
        (_("Output"), {"fields": ["output_schema"], "classes": ["tab"]}),
    ]
    readonly_fields = ["used_by", "input_schema", "output_schema"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[IntentSchema]:
        """Load the versions with the schemas."""
        return super().get_queryset(request).prefetch_related("versions__agent")

    @display(description=_("digest"), ordering="digest")
    def short_digest(self, row: IntentSchema) -> SafeString:
        """Show the start of the digest."""
        return render.mono(row.digest, row.digest.removeprefix("sha256:")[:12] + "…")

    @display(description=_("used by"))
    def used_by(self, row: IntentSchema) -> SafeString:
        """Show the versions with these schemas."""
        return render.chips(str(version) for version in row.versions.all())

    @display(description=_("inputs"))
    def inputs(self, row: IntentSchema) -> SafeString:
        """Show the names of the input's fields."""
        return render.chips(row.input.get("properties") or (), most=6)

    @display(description=_("outputs"))
    def outputs(self, row: IntentSchema) -> SafeString:
        """Show the names of the output's fields."""
        return render.chips(row.output.get("properties") or (), most=6)

    @display(description="")
    def input_schema(self, row: IntentSchema) -> SafeString:
        """Show the fields of the input."""
        return render.schema(row.input)

    @display(description="")
    def output_schema(self, row: IntentSchema) -> SafeString:
        """Show the fields of the output."""
        return render.schema(row.output)
