"""The OpenAPI document and a page to read it on, both for people who are logged in."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView

from agentcluster.api.permissions import LoggedIn


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1: YAML, or JSON with ``Accept: application/json`` or ``?format=json``."""

    permission_classes = [LoggedIn]


class DocsView(LoginRequiredMixin, TemplateView):
    """The document, readable, with everything it needs served from here."""

    template_name = "api/docs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where the page's script and the document are."""
        return super().get_context_data(redoc="drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js", **kwargs)
