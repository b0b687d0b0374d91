"""Accounts, with their projects; a login link for somebody is one click away."""

from typing import Any, Final

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from agentcluster.security import audit, login_links
from agentcluster.security.admin.role_changes import TellsRoleChanges
from agentcluster.security.admin.secret import show_secret
from agentcluster.security.admin.superuser_only import SuperuserOnly
from agentcluster.security.models import Membership

admin.site.unregister(User)

RIGHTS: Final = ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")


class MembershipInline(SuperuserOnly, TabularInline):
    """The user's projects and roles."""

    model = Membership
    tab = True
    extra = 0
    verbose_name = _("project")
    verbose_name_plural = _("Projects")
    hide_title = True


@admin.register(User)
class UserAdmin(TellsRoleChanges, SuperuserOnly, DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Django's accounts in the panel's look."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = [MembershipInline]
    list_display = ["username", "full_name", "email", "is_active", "is_staff", "is_superuser", "last_login"]
    actions_detail = ["login_link"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Newest last, by name."""
        users: QuerySet[User] = super().get_queryset(request)
        return users.order_by("username")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Tell what has changed of the account's rights."""
        super().save_related(request, form, formsets, change)
        if rights := {name: _plain(form.cleaned_data[name]) for name in RIGHTS if name in form.changed_data}:
            user = form.instance
            audit.announce(request.user, "user.rights", user.pk, user.get_username(), **rights)  # type: ignore[arg-type]

    @display(description=_("name"), ordering="last_name")
    def full_name(self, user: User) -> str:
        """Show first and last name."""
        return user.get_full_name() or "-"

    @action(description=_("Make a login link"), icon="link", url_path="login-link", permissions=["change"])
    def login_link(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Make a link that logs this user in once, and show it once."""
        user = get_object_or_404(User, pk=object_id)
        if request.method != "POST":
            return show_secret(request, self, _("Login link for %s") % user.get_username())
        secret = request.build_absolute_uri(login_links.create(user, by=request.user))  # type: ignore[arg-type]
        self.log_change(request, user, [{"changed": {"name": "login link", "object": "made"}}])
        return show_secret(
            request,
            self,
            _("Login link for %s") % user.get_username(),
            secret,
            str(_("It works once, within 15 minutes. Whoever opens it is logged in as this user.")),
        )


def _plain(value: Any) -> bool | list[str]:
    """Return a right as the audit trail keeps it: yes or no, or names."""
    return value if isinstance(value, bool) else sorted(str(entry) for entry in value)
