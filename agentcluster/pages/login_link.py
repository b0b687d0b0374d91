"""Logging in by a one-time link: opening it shows a page, whose form uses the link up."""

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from agentcluster.security import login_links


@method_decorator(never_cache, name="dispatch")
class LoginLinkView(View):
    """GET does not use the link up, so that link previews in chats and mail scanners leave it alone."""

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        """Show the page with the button; a browser presses it by itself."""
        if not login_links.is_open(secret):
            return self._closed(request)
        return render(request, "registration/login_link.html")

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        """Log in and go to the first page."""
        user = login_links.consume(secret)
        if user is None:
            return self._closed(request)
        request.by_login_link = True  # type: ignore[attr-defined]  # for the audit trail
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect(settings.LOGIN_REDIRECT_URL)

    def _closed(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(settings.LOGIN_REDIRECT_URL)
        return render(request, "registration/login_link_closed.html", status=410)
