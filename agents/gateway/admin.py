"""Grants at the gateways, in the admin panel."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from agentcluster.security.admin.superuser_only import SuperuserOnly
from agents.gateway.access import Right
from agents.gateway.actions.revoke_grant import revoke_grant
from agents.gateway.actions.save_grant import BadGrantError, save_grant
from agents.gateway.models import GatewayGrant

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[GatewayGrant]
else:
    _ModelForm = forms.ModelForm


class GrantForm(_ModelForm):
    """Holds a grant to the rules of the action that saves it."""

    def clean_agent(self) -> str:
        """Allow names and ``*``."""
        agent = str(self.cleaned_data["agent"]).strip()
        if agent != "*" and (not agent.replace("-", "").isalnum() or agent.lower() != agent):
            raise forms.ValidationError(str(BadGrantError.__doc__))
        return agent


@admin.register(GatewayGrant)
class GatewayGrantAdmin(SuperuserOnly, ModelAdmin):
    """Who may join as which agent, and who may give it tasks."""

    form = GrantForm
    list_display = ["user", "agent", "may_join", "may_register", "may_call", "updated_at"]
    list_filter = ["may_join", "may_register", "may_call"]
    search_fields = ["user__username", "agent"]
    autocomplete_fields = ["user"]
    fields = ["user", "agent", "may_join", "may_register", "may_call"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A grant stays with its account and agent."""
        return ["user", "agent"] if obj else []

    def save_model(self, request: HttpRequest, obj: GatewayGrant, form: Any, change: bool) -> None:
        """Save by the action, which is audited."""
        rights = [right for right in Right if getattr(obj, f"may_{right.value}")]
        if rights:
            obj.pk = save_grant(obj.user, obj.agent, rights, request.user).pk  # type: ignore[arg-type]
        elif change:
            revoke_grant(obj, request.user)  # type: ignore[arg-type]

    def delete_model(self, request: HttpRequest, obj: GatewayGrant) -> None:
        """Delete by the action."""
        revoke_grant(obj, request.user)  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[GatewayGrant]) -> None:
        """Delete several by the action."""
        for grant in queryset:
            revoke_grant(grant, request.user)  # type: ignore[arg-type]
