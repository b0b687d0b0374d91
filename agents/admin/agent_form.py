"""Editing how people see an agent, one field for each language."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from agents.models import Agent

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Agent]
else:
    _ModelForm = forms.ModelForm


class AgentForm(_ModelForm):
    """Title and description by language; languages without a field here are kept as they are."""

    title_en = forms.CharField(
        label=_("Title, English"),
        max_length=120,
        help_text=_("A newer version of the agent brings its own texts and replaces these."),
        widget=UnfoldAdminTextInputWidget(),
    )
    title_zh = forms.CharField(
        label=_("Title, Chinese"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget()
    )
    description_en = forms.CharField(
        label=_("Description, English"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )
    description_zh = forms.CharField(
        label=_("Description, Chinese"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )

    class Meta:
        model = Agent
        fields = ["category", "icon", "enabled"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field, texts in (("title", self.instance.title), ("description", self.instance.description)):
            self.fields[f"{field}_en"].initial = texts.get("en", "")
            self.fields[f"{field}_zh"].initial = texts.get("zh-Hans", "")

    def save(self, commit: bool = True) -> Agent:
        """Put the texts back into their columns."""
        for field in ("title", "description"):
            texts = {**getattr(self.instance, field)}
            for language, name in (("en", f"{field}_en"), ("zh-Hans", f"{field}_zh")):
                texts[language] = self.cleaned_data[name].strip()
            setattr(self.instance, field, {language: text for language, text in texts.items() if text})
        return super().save(commit)
