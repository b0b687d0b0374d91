"""Roles given and taken in the panel, told to the audit trail."""

from typing import Any

from django.http import HttpRequest

from agentcluster.security import audit
from agentcluster.security.models import Membership


class TellsRoleChanges:
    """For a panel with memberships inline."""

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save, then tell who has which role where by now."""
        super().save_formset(request, form, formset, change)  # type: ignore[misc]  # of ModelAdmin
        if formset.model is not Membership:
            return
        changed = [member for member, _ in formset.changed_objects]
        for action, members in (
            ("role.grant", formset.new_objects),
            ("role.change", changed),
            ("role.revoke", formset.deleted_objects),
        ):
            for member in members:
                user, project = member.user, member.project
                audit.announce(request.user, action, user.pk, user.get_username(), project, role=str(member.role))  # type: ignore[arg-type]
