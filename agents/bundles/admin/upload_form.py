"""Uploading a bundle in the admin panel: by the same action as over the API."""

from typing import TYPE_CHECKING, Any, BinaryIO, cast

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from agentcluster.errors import AgentClusterError
from agents.bundles.actions.upload_bundle import upload_bundle
from agents.bundles.models import Bundle

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Bundle]
else:
    _ModelForm = forms.ModelForm


class UploadForm(_ModelForm):
    """Takes the zip; every check that fails is told as an error of the field. ``user`` is who uploads."""

    user: User
    file = forms.FileField(
        label=_("Bundle"),
        help_text=_(
            "A zip with agent.yaml at its root, at most 32 MB. It is checked, and waits until somebody approves it."
        ),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".zip"}),
    )

    class Meta:
        model = Bundle
        fields: list[str] = []

    def clean_file(self) -> Any:
        """Upload it, or say what is wrong with it."""
        file = self.cleaned_data["file"]
        try:
            self.instance = upload_bundle(self.user, cast(BinaryIO, file)).bundle
        except AgentClusterError as error:
            raise forms.ValidationError(_told(error)) from error
        return file

    def save(self, commit: bool = True) -> Bundle:
        """Return what the action stored."""
        return self.instance


def _told(error: AgentClusterError) -> list[str]:
    faults = [check for check in error.data.get("checks") or [] if not check["ok"]]
    return [f"{check['path']}: {check['message']}" if check["path"] else check["message"] for check in faults] or [
        error.message
    ]
