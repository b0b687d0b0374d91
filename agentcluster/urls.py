"""The URL map. What is not listed goes to the front end's shell, which needs a login."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("admin/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("admin/", admin.site.urls),
    path("api/", include("agentcluster.api.urls")),
    path("contracts/confluent/", include("agents.contracts.confluent.urls")),
    path("hooks/", include("designer.triggers.urls")),
    path("", include("agentcluster.pages.urls")),
]
handler400 = "agentcluster.pages.errors.bad_request"
handler403 = "agentcluster.pages.errors.forbidden"
handler404 = "agentcluster.pages.errors.not_found"
handler500 = "agentcluster.pages.errors.server_error"
