"""Retention policies in the admin panel: the same writes as over the API, by superusers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from agentcluster.security.admin.superuser_only import SuperuserOnly
from designer.actions.delete_retention_policy import delete_retention_policy
from designer.actions.save_retention_policy import save_retention_policy
from designer.archive.expiry import TERMINAL
from designer.archive.models import RetentionPolicy

_WRITTEN = ("project", "statuses", "labels", "keep_days", "keep_newest", "enabled")


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Statuses as boxes to tick, labels as JSON."""

    statuses = forms.MultipleChoiceField(
        choices=[(status, status.label) for status in sorted(TERMINAL)],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("How the runs ended; none: in any way"),
    )
    labels = forms.JSONField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_('Labels the runs have, all of them, such as {"team": "sales"}'),
    )

    class Meta:
        model = RetentionPolicy
        fields = _WRITTEN

    def clean_labels(self) -> dict[str, str]:
        """Return the labels; refuse what is no object of texts."""
        given = self.cleaned_data["labels"] or {}
        if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
            raise forms.ValidationError(_('Labels are an object of texts, such as {"team": "sales"}.'))
        return given


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(SuperuserOnly, ModelAdmin):
    """How long runs are kept that have ended."""

    form = PolicyForm
    list_display = ["whose", "ended", "keep_days", "keep_newest", "enabled", "updated_at"]
    list_select_related = ["project"]
    fields = _WRITTEN

    def save_model(self, request: HttpRequest, obj: RetentionPolicy, form: Any, change: bool) -> None:
        """Write as the API does, with its audit entry."""
        save_retention_policy(request.user, obj)  # type: ignore[arg-type]  # staff are users

    def delete_model(self, request: HttpRequest, obj: RetentionPolicy) -> None:
        """Delete as the API does."""
        delete_retention_policy(request.user, obj)  # type: ignore[arg-type]  # staff are users

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[RetentionPolicy]) -> None:
        """Delete each as the API does."""
        for policy in queryset:
            self.delete_model(request, policy)

    @display(description=_("project"))
    def whose(self, policy: RetentionPolicy) -> str:
        """Show whose runs it is about."""
        return str(policy.project or _("All projects"))

    @display(description=_("ended as"))
    def ended(self, policy: RetentionPolicy) -> str:
        """Show how the runs ended."""
        return ", ".join(policy.statuses) or str(_("anything"))
