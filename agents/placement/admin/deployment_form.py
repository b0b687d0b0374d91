"""The form of a deployment: where it may run as four plain fields."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from agentcluster.errors import AgentClusterError
from agents.domain.placement import REPLICAS_MAX
from agents.placement.checking import check_contracts, check_placeable, check_where
from agents.placement.models import Deployment
from agents.registry.resolve import resolve


class DeploymentForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is empty does not matter; names of nodes are separated by commas."""

    replicas = forms.IntegerField(
        label=_("instances"), min_value=0, max_value=REPLICAS_MAX, initial=1, widget=UnfoldAdminIntegerFieldWidget
    )
    weight = forms.IntegerField(
        label=_("weight"), min_value=0, max_value=100, initial=100, widget=UnfoldAdminIntegerFieldWidget
    )
    region = forms.CharField(label=_("region"), required=False, max_length=60, widget=UnfoldAdminTextInputWidget)
    role = forms.CharField(label=_("role"), required=False, max_length=60, widget=UnfoldAdminTextInputWidget)
    nodes = forms.CharField(label=_("only on nodes"), required=False, widget=UnfoldAdminTextInputWidget)
    not_nodes = forms.CharField(label=_("not on nodes"), required=False, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = Deployment
        fields = ["agent", "version", "replicas", "weight"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show what ``where`` says."""
        super().__init__(*args, **kwargs)
        where = self.instance.where or {}
        for name in ("region", "role"):
            self.fields[name].initial = where.get(name, "")
        for name in ("nodes", "not_nodes"):
            self.fields[name].initial = ", ".join(where.get(name, ()))

    def clean(self) -> dict[str, Any]:
        """Gather ``where``, and check the version."""
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        where = {name: values.get(name, "").strip() for name in ("region", "role")}
        lists = {name: _names(values.get(name, "")) for name in ("nodes", "not_nodes")}
        try:
            values["where"] = check_where({**where, **lists})
            self._check_version(values)
        except AgentClusterError as error:
            raise ValidationError(error.message) from error
        return values

    def _check_version(self, values: dict[str, Any]) -> None:
        row, new = self.instance, self.instance.pk is None
        found = resolve(values.get("agent", row.agent), values.get("version", row.version))
        if new:
            check_placeable(found)
        if values["replicas"] > (0 if new else row.replicas):
            check_contracts(found)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
