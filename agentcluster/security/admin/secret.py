"""The page that shows a secret once; it is stored nowhere, not even in a message."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from unfold.admin import ModelAdmin


def show_secret(
    request: HttpRequest, panel: ModelAdmin, title: str, secret: str = "", explanation: str = ""
) -> HttpResponse:
    """Return the page with the secret; without one, the page that asks to make it (a form that posts to itself)."""
    context: dict[str, Any] = {
        **panel.admin_site.each_context(request),
        "title": title,
        "opts": panel.model._meta,
        "secret": secret,
        "explanation": explanation,
    }
    response = TemplateResponse(request, "admin/secret.html", context)
    add_never_cache_headers(response)
    return response
