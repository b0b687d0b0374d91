"""Logging in and out, and, for every address nothing else answers, the front end."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path, re_path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from agentcluster.pages.login_link import LoginLinkView
from agentcluster.pages.shell import ShellView

urlpatterns = [
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("login/link/<str:secret>/", LoginLinkView.as_view(), name="login-link"),
    path("language/", set_language, name="set_language"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("favicon.ico", RedirectView.as_view(url="/static/agentcluster/favicon.svg"), name="favicon"),
    re_path(
        r"^(?!(?:api|admin|static|ws|health|metrics|login|logout|language)(?:/|$))(?P<path>.*)$", ShellView.as_view()
    ),
]
