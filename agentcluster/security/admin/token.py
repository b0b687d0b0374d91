"""API tokens: made here and shown once; deleting one revokes it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from agentcluster.security import tokens
from agentcluster.security.admin.secret import show_secret
from agentcluster.security.admin.superuser_only import SuperuserOnly
from agentcluster.security.models import ApiToken

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[ApiToken]
else:
    _ModelForm = forms.ModelForm


class NewTokenForm(_ModelForm):
    """Whose token, what for, for how long."""

    days = forms.IntegerField(
        label=_("Days"),
        min_value=1,
        max_value=3650,
        initial=90,
        required=False,
        help_text=_("Empty: it works until it is deleted."),
        widget=UnfoldAdminIntegerFieldWidget(),
    )

    class Meta:
        model = ApiToken
        fields = ["user", "name"]


@admin.register(ApiToken)
class ApiTokenAdmin(SuperuserOnly, ModelAdmin):
    """Only the SHA-256 of a token is kept."""

    list_display = ["name", "user", "start", "state", "created_at", "last_used_at", "expires_at"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username", "prefix"]
    autocomplete_fields = ["user"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Use the form of new tokens for new tokens."""
        if obj is None:
            kwargs["form"] = NewTokenForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Ask for little, show all."""
        return (
            ["user", "name", "start", "created_at", "last_used_at", "expires_at"] if obj else ["user", "name", "days"]
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Only the name can be changed."""
        return ["user", "start", "created_at", "last_used_at", "expires_at"] if obj else []

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        """Make the token; its secret goes to the page shown next, and nowhere else."""
        if change:
            super().save_model(request, obj, form, change)
            return
        secret = tokens.create(obj.user, obj.name, form.cleaned_data.get("days"), by=request.user)  # type: ignore[arg-type]
        obj.pk = ApiToken.objects.get(digest=tokens.digest_of(secret)).pk
        obj.new_secret = secret  # type: ignore[attr-defined]  # for response_add, in the same request

    def delete_model(self, request: HttpRequest, obj: ApiToken) -> None:
        """Revoke the token."""
        tokens.revoke(obj, by=request.user)  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Revoke the chosen tokens."""
        for token in queryset.select_related("user"):
            self.delete_model(request, token)

    def response_add(self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None) -> HttpResponse:
        """Show the secret."""
        secret: str = obj.new_secret  # type: ignore[attr-defined]  # of save_model
        explanation = _("Copy it now: it is not kept and cannot be shown again.")
        return show_secret(request, self, _("Token “%s”") % obj.name, secret, str(explanation))

    @display(description=_("starts with"))
    def start(self, token: ApiToken) -> str:
        """Show the visible start of the token."""
        return f"{token.prefix}…"

    @display(description=_("state"), label={"valid": "success", "expired": "danger"})
    def state(self, token: ApiToken) -> tuple[str, Any]:
        """Show whether the token still works."""
        expired = token.expires_at is not None and token.expires_at <= timezone.now()
        return ("expired", _("expired")) if expired else ("valid", _("valid"))
