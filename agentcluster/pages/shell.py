"""The shell: one HTML page for every address of the front end, for people who are logged in."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.generic import View

from agentcluster.pages.vite import find_entry


@method_decorator([never_cache, login_required, ensure_csrf_cookie], name="dispatch")
class ShellView(View):
    """Serves ``templates/app.html`` with the built front end, or a page that says it is not built."""

    def get(self, request: HttpRequest, path: str = "") -> HttpResponse:
        """Return the shell; the front end reads the address itself."""
        entry = find_entry("src/main.tsx")
        if entry is None:
            return render(request, "not_built.html", status=503)
        return render(request, "app.html", {"entry": entry, "upload_max_bytes": settings.UPLOAD_MAX_BYTES})
