"""Bundles: what was found in them, and the decision."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast
from urllib.parse import quote

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import AllValuesCheckboxFilter, ChoicesCheckboxFilter, RangeDateTimeFilter
from unfold.decorators import action, display

from agentcluster.errors import AgentClusterError
from agents.admin import render
from agents.admin.read_only import ReadOnly
from agents.bundles.access import may_decide, may_upload
from agents.bundles.actions.approve_bundle import approve_bundle
from agents.bundles.actions.quarantine_bundle import quarantine_bundle
from agents.bundles.actions.reject_bundle import reject_bundle
from agents.bundles.admin.upload_form import UploadForm
from agents.bundles.models import Bundle, Decision, Status
from agents.bundles.trust import SignatureState, keys, trust_of

_COLOURS = {Status.QUARANTINED: "amber", Status.APPROVED: "green", Status.REJECTED: "red"}
_SIGNED = {
    SignatureState.TRUSTED: ("green", _("trusted")),
    SignatureState.UNKNOWN_KEY: ("amber", _("unknown key")),
    SignatureState.UNSIGNED: ("grey", _("unsigned")),
    SignatureState.INVALID: ("red", _("invalid")),
}
_FILES_SHOWN = 200


class DecisionInline(ReadOnly, TabularInline):
    """What was decided, newest first."""

    model = Decision
    tab = True
    fields = ["at", "status", "network_granted", "by", "note"]
    readonly_fields = fields
    extra = 0
    hide_title = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the bundle sees its history."""
        return bool(request.user.is_staff)


@admin.register(Bundle)
class BundleAdmin(ModelAdmin):
    """Uploaded here or elsewhere; approved, rejected and quarantined one by one or in bulk."""

    inlines = [DecisionInline]
    list_display = ["heading", "state", "signed", "network", "length", "file_count", "uploaded_by", "uploaded_at"]
    list_display_links = ["heading"]
    list_select_related = ["uploaded_by"]
    list_filter = [
        ("status", ChoicesCheckboxFilter),
        ("agent", AllValuesCheckboxFilter),
        ("uploaded_at", RangeDateTimeFilter),
    ]
    list_filter_submit = True
    list_filter_sheet = False
    search_fields = ["agent", "version", "digest"]
    list_per_page = 50
    compressed_fields = False
    actions = ["approve", "approve_with_network", "reject", "quarantine"]
    fieldsets: Any = [
        (
            None,
            {
                "fields": [
                    ("heading", "state"), ("signed", "network"), "whole_identity", ("length", "ready"),
                    ("uploaded_by", "uploaded_at"), ("decided_by", "decided_at"), "note",
                ]
            },
        ),
        (_("Checks"), {"fields": ["check_table"], "classes": ["tab"]}),
        (_("Files"), {"fields": ["file_table"], "classes": ["tab"]}),
        (_("Manifest"), {"fields": ["manifest_json"], "classes": ["tab"]}),
    ]  # fmt: skip

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Staff see bundles."""
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff see bundles."""
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Uploading."""
        return may_upload(cast(User, request.user))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was uploaded stays as it is."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Bundles are rejected, not deleted: what ran once can be looked at later."""
        return False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Approve, reject, quarantine."""
        return may_decide(cast(User, request.user))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the zip when there is none yet."""
        return super().get_fieldsets(request, obj) if obj else [(None, {"fields": ["file"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show all there is of a bundle."""
        return [name for _title, part in self.fieldsets for name in _flat(part["fields"])] if obj else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form for the zip, which uploads as whoever asks."""
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return type("Upload", (UploadForm,), {"user": request.user})

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the history of what is there."""
        return self.inlines if obj else []

    def save_model(self, request: HttpRequest, obj: Bundle, form: Any, change: bool) -> None:
        """Do nothing: the form's action has stored it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Do nothing: there is nothing beside it."""

    @display(description=_("bundle"), ordering="agent")
    def heading(self, bundle: Bundle) -> SafeString:
        """Show the title over name and version."""
        return render.two_lines(bundle.manifest["title"].get("en", bundle.agent), str(bundle))

    @display(description=_("status"), ordering="status")
    def state(self, bundle: Bundle) -> SafeString:
        """Show the status."""
        return render.badge(bundle.get_status_display(), _COLOURS[Status(bundle.status)])

    @display(description=_("signature"))
    def signed(self, bundle: Bundle) -> SafeString:
        """Show what the signature is worth now."""
        trust = trust_of(bundle, keys())
        colour, words = _SIGNED[trust.state]
        return render.badge(trust.key_name or str(words), colour, trust.key_id)

    @display(description=_("network"))
    def network(self, bundle: Bundle) -> Any:
        """Show whether the network is asked for, and granted."""
        if bundle.network_granted:
            return render.badge(str(_("granted")), "amber")
        return render.badge(str(_("asked for")), "grey") if bundle.network_asked else "-"

    @display(description=_("size"), ordering="size")
    def length(self, bundle: Bundle) -> str:
        """Show the size for people."""
        return filesizeformat(bundle.size)

    @display(description=_("ready for nodes"), boolean=True)
    def ready(self, bundle: Bundle) -> bool:
        """Show whether nodes can fetch it."""
        return bundle.on_bus

    @display(description=_("identity"))
    def whole_identity(self, bundle: Bundle) -> SafeString:
        """Show the content hash."""
        return render.mono(bundle.identity)

    @display(description="")
    def check_table(self, bundle: Bundle) -> SafeString:
        """Show every check with its outcome."""
        return SafeString(render_to_string("admin/bundles/checks.html", {"checks": bundle.checks}))

    @display(description="")
    def file_table(self, bundle: Bundle) -> SafeString:
        """Show the files, each as a link to its text."""
        base = f"/api/v1/bundles/{bundle.digest}"
        files = [{**file, "href": f"{base}/files/{quote(file['path'])}"} for file in bundle.files[:_FILES_SHOWN]]
        more = max(0, len(bundle.files) - _FILES_SHOWN)
        context = {"files": files, "more": more, "download": f"{base}/download"}
        return SafeString(render_to_string("admin/bundles/files.html", context))

    @display(description="")
    def manifest_json(self, bundle: Bundle) -> SafeString:
        """Show the manifest."""
        return render.document(bundle.manifest)

    @action(description=_("Approve the chosen bundles"), icon="check", permissions=["decide"])
    def approve(self, request: HttpRequest, bundles: QuerySet[Bundle]) -> None:
        """Let nodes run them, without network."""
        self._decide(request, bundles, approve_bundle)

    @action(
        description=_("Approve the chosen bundles, with the network of the node's machine"),
        icon="public",
        permissions=["decide"],
    )
    def approve_with_network(self, request: HttpRequest, bundles: QuerySet[Bundle]) -> None:
        """Let nodes run them, with the network they ask for: all that the machine reaches (docs/sandbox.md)."""
        self._decide(request, bundles, partial(approve_bundle, network=True))

    @action(description=_("Reject the chosen bundles"), icon="block", permissions=["decide"])
    def reject(self, request: HttpRequest, bundles: QuerySet[Bundle]) -> None:
        """Refuse them for good."""
        self._decide(request, bundles, reject_bundle)

    @action(description=_("Quarantine the chosen bundles"), icon="coronavirus", permissions=["decide"])
    def quarantine(self, request: HttpRequest, bundles: QuerySet[Bundle]) -> None:
        """Take them from the nodes."""
        self._decide(request, bundles, quarantine_bundle)

    def _decide(self, request: HttpRequest, bundles: QuerySet[Bundle], work: Callable[[User, str], Bundle]) -> None:
        """Decide on each by itself: one that cannot be does not hold up the others."""
        done = 0
        for bundle in bundles:
            try:
                decided = work(cast(User, request.user), bundle.digest)
            except AgentClusterError as error:
                self.message_user(request, f"{bundle}: {error.message}", messages.ERROR)
                continue
            done += 1
            self.log_change(request, decided, str(decided.get_status_display()))
        if done:
            words = ngettext("%d bundle was changed.", "%d bundles were changed.", done)
            self.message_user(request, words % done, messages.SUCCESS)


def _flat(fields: Any) -> list[str]:
    return [name for field in fields for name in ([field] if isinstance(field, str) else field)]
