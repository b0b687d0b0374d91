"""Answers of the API belong to who asked: no proxy and no browser keeps them, unless the view says otherwise."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


class PrivateAnswers:
    """Middleware: ``Cache-Control: private, no-store`` on what stands under ``/api/`` and says nothing itself."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Stand before ``get_response``."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the header to the answer."""
        answer = self._get_response(request)
        if request.path_info.startswith("/api/"):
            answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer
