"""Uploaded files: look, find."""

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from agents.admin import render
from agents.admin.read_only import ReadOnly
from designer.models import Upload


@admin.register(Upload)
class UploadAdmin(ReadOnly, ModelAdmin):
    """Runs may still need a file, so none is deleted here."""

    list_display = ["name", "project", "length", "media_type", "created_by", "created_at"]
    list_select_related = ["project", "created_by"]
    list_filter = ["project"]
    search_fields = ["name", "digest"]
    fields = ["name", "project", "length", "media_type", "content", "created_by", "created_at"]
    readonly_fields = fields

    @display(description=_("size"), ordering="size")
    def length(self, upload: Upload) -> str:
        """Show the size for people."""
        return filesizeformat(upload.size)

    @display(description=_("digest"))
    def content(self, upload: Upload) -> SafeString:
        """Show the digest in the fixed-width face."""
        return render.mono(upload.digest)
