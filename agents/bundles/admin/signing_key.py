"""Signing keys: trusted and no longer trusted, by the same actions as over the API."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from agents.bundles.actions.add_key import add_key
from agents.bundles.actions.remove_key import remove_key
from agents.bundles.models import SigningKey
from agents.domain.bundle.signature import BadKeyError, key_id

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[SigningKey]
else:
    _ModelForm = forms.ModelForm


class KeyForm(_ModelForm):
    """Holds a key to its form."""

    class Meta:
        model = SigningKey
        fields = ["name", "public_key"]

    def clean_public_key(self) -> str:
        """Refuse what is no key."""
        given = str(self.cleaned_data["public_key"]).strip()
        try:
            key_id(given)
        except BadKeyError as error:
            raise forms.ValidationError(error.message) from error
        return given


@admin.register(SigningKey)
class SigningKeyAdmin(ModelAdmin):
    """A key is added or removed, never changed."""

    form = KeyForm
    list_display = ["name", "id", "created_by", "created_at"]
    list_select_related = ["created_by"]
    search_fields = ["name", "id", "public_key"]
    compressed_fields = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Another key is another row."""
        return False

    def save_model(self, request: HttpRequest, obj: SigningKey, form: Any, change: bool) -> None:
        """Add as the API does, with its audit entry."""
        added = add_key(cast(User, request.user), obj.name, obj.public_key)
        obj.pk, obj.created_at = added.pk, added.created_at

    def delete_model(self, request: HttpRequest, obj: SigningKey) -> None:
        """Remove as the API does."""
        remove_key(cast(User, request.user), obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SigningKey]) -> None:
        """Remove each as the API does."""
        for key in queryset:
            self.delete_model(request, key)
