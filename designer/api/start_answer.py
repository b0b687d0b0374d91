"""The answer to a start that was made in a group: what ``RunDetail`` and the middleware would say, written at once.

A test holds it equal to the answer of ``StartView``.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string
from django.utils.translation import get_language_from_request

from designer.actions.start_group import Started
from designer.api.inner_graphs import inner_graphs

Header = tuple[bytes, bytes]
Messages = tuple[dict[str, Any], dict[str, Any]]
"""The two ASGI messages of an answer."""

_MIDDLEWARE: Final = (
    "django.middleware.security.SecurityMiddleware",
    "agentcluster.security.private_answers.PrivateAnswers",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "agentcluster.security.csp_policy.ContentSecurityPolicy",
)
"""Those of ``MIDDLEWARE`` that put headers on an answer under ``/api/``; they are the same on each of them."""
_framed: Final[dict[tuple[str, bool], tuple[Header, ...]]] = {}


def started(request: HttpRequest, new: Started) -> Messages:
    """Return the answer 202 with the run's detail and its address."""
    headers = ((b"location", request.build_absolute_uri(f"/api/v1/runs/{new.run.pk}").encode()),)
    return _messages(request, 202, b"application/json", msgspec.json.encode(detail(new)), headers)


def refused(request: HttpRequest, answer: HttpResponse) -> Messages:
    """Return problem details (``agentcluster.api.exceptions``) as they go out."""
    names = [name for name in answer.headers if name.lower() not in ("content-type", "content-length")]
    headers = tuple((name.lower().encode(), answer.headers[name].encode()) for name in names)
    return _messages(request, answer.status_code, answer.headers["Content-Type"].encode(), answer.content, headers)


def detail(new: Started) -> dict[str, Any]:
    """Return the ``RunDetail`` of a run that was only just accepted."""
    run, version, project = new.run, new.ready.version, new.run.project
    return {
        "id": run.pk,
        "project": {"id": project.pk, "slug": project.slug, "name": project.name},
        "workflow": {"id": run.workflow.pk, "name": run.workflow.name, "title": run.workflow.title},
        "version": version.number,
        "status": run.status,
        "error": None,
        "created_at": run.created_at,
        "started_at": None,
        "ended_at": None,
        "created_by": run.created_by.get_username() if run.created_by else None,
        "steps_done": 0,
        "steps_total": run.steps_total,
        "reason": "",
        "priority": run.priority,
        "trigger": "",
        "origin": None,
        "input": run.input,
        "output": None,
        "graph": msgspec.Raw(new.ready.graph),
        "labels": run.labels,
        "cursor": 0,
        "trace_id": run.trace_id,
        "subgraphs": {} if new.ready.still else inner_graphs(version.graph),
        "children": [],
    }


def _messages(
    request: HttpRequest, status: int, media_type: bytes, body: bytes, headers: tuple[Header, ...]
) -> Messages:
    length = (b"content-length", str(len(body)).encode())
    every = [(b"content-type", media_type), length, *headers, *_frame(request)]
    return (
        {"type": "http.response.start", "status": status, "headers": every},
        {"type": "http.response.body", "body": body},
    )


def _frame(request: HttpRequest) -> tuple[Header, ...]:
    asked = "HTTP_ACCEPT_LANGUAGE" in request.META
    language = get_language_from_request(request) if asked else settings.LANGUAGE_CODE
    known = _framed.get((language, request.is_secure()))
    if known is None:
        known = _framed[language, request.is_secure()] = _from_middleware(request, language)
    return known


def _from_middleware(request: HttpRequest, language: str) -> tuple[Header, ...]:
    handler: Callable[[HttpRequest], HttpResponseBase] = _empty
    for path in reversed(_MIDDLEWARE):
        handler = import_string(path)(handler)
    answer = handler(request)
    # What the view and LocaleMiddleware say; the latter would switch the language of this thread.
    own = {"Allow": "POST, OPTIONS", "Content-Language": language, "Vary": "Accept-Language"}
    return tuple((name.lower().encode(), value.encode()) for name, value in {**answer.headers, **own}.items())


def _empty(_: HttpRequest) -> HttpResponse:
    answer = HttpResponse()
    del answer.headers["Content-Type"]
    return answer
