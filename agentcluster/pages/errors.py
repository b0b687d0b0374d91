"""Error pages for people; under ``/api/`` the same errors are problem details."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from agentcluster.api.exceptions import INTERNAL
from agentcluster.api.problems import problem


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request is malformed."""
    if _is_api(request):
        return problem(400, "malformed", "This request cannot be accepted.")
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: logged in, but not allowed."""
    if _is_api(request):
        return problem(403, "forbidden", "You may not do this.")
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such address."""
    if _is_api(request):
        return problem(404, "not_found", f"There is nothing at {request.path_info}.")
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: logged by Django; the answer shows no internals."""
    if _is_api(request):
        return problem(500, "internal", INTERNAL)
    return render(request, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old, or was sent by another site."""
    if _is_api(request):
        return problem(403, "csrf_failed", reason)
    context = {"message": _("This form is too old or came from another site. Go back, reload the page and try again.")}
    return render(request, "403.html", context, status=403)


def locked_out(request: HttpRequest, *_args: Any) -> HttpResponse:
    """429: too many wrong passwords for this account from this address."""
    wait = settings.AXES_COOLOFF_TIME
    if _is_api(request):
        answer = problem(429, "locked_out", "Too many wrong passwords. Try again later.")
    else:
        answer = render(request, "registration/locked.html", {"minutes": int(wait.total_seconds() // 60)}, status=429)
    answer["Retry-After"] = str(int(wait.total_seconds()))
    return answer
