"""Turns every exception of an API view into problem details; what we did not foresee shows no internals."""

import errno
import logging
from typing import Any, Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions as drf
from rest_framework.views import set_rollback

from agentcluster.api.pointers import field_errors
from agentcluster.api.problems import problem
from agentcluster.errors import AgentClusterError

log = logging.getLogger(__name__)
INTERNAL: Final = "The error was logged. Try again; if it happens again, tell your administrator."
STORAGE_FULL: Final = "The server's disk is full, so nothing was kept. Make room there, then try again."
_CODES: Final = {drf.ParseError: "malformed", drf.PermissionDenied: "forbidden", drf.ValidationError: "bad_input"}


def exception_handler(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    """Answer ``exc`` as problem details (the ``EXCEPTION_HANDLER`` of Django REST framework)."""
    set_rollback()
    if isinstance(exc, AgentClusterError):
        return _from_our_error(exc)
    if isinstance(exc, DjangoValidationError):
        exc = drf.ValidationError(getattr(exc, "message_dict", None) or exc.messages)
    if isinstance(exc, Http404):
        return problem(404, "not_found", "There is no such thing, or you may not see it.")
    if isinstance(exc, PermissionDenied):
        return problem(403, "forbidden", str(exc) or "You may not do this.")
    if isinstance(exc, RequestDataTooBig):
        return problem(413, "too_large", "The request is larger than this server accepts.")
    if isinstance(exc, SuspiciousOperation):
        return problem(400, "malformed", "This request cannot be accepted.")
    if isinstance(exc, drf.APIException):
        return _from_framework(exc)
    if _is_disk_full(exc):
        log.error("The disk is full: %s", exc)
        return problem(507, "storage_full", STORAGE_FULL)
    if isinstance(exc, OperationalError):
        log.error("The database does not answer: %s", exc)
        return problem(503, "database_unavailable", "The database does not answer right now. Try again in a moment.")
    return _unforeseen(exc, context)


def _is_disk_full(exc: Exception) -> bool:
    if isinstance(exc, OSError):
        return exc.errno in (errno.ENOSPC, errno.EDQUOT)
    # SQLite says the first, PostgreSQL the second.
    return isinstance(exc, OperationalError) and any(
        words in str(exc) for words in ("disk is full", "No space left on device")
    )


def _from_our_error(error: AgentClusterError) -> HttpResponse:
    data = dict(error.data)
    errors = data.pop("errors", [])
    field = data.pop("field", None)
    if field is not None:
        errors = [*errors, {"field": field, "message": error.message, "code": error.code}]
    retry_after = data.get("retry_after")
    answer = problem(error.status, error.code, error.message, errors, **data)
    if retry_after is not None:
        answer["Retry-After"] = str(retry_after)
    if error.status >= 500:
        log.warning("%s: %s", error.code, error.message, exc_info=error)
    return answer


def _from_framework(exc: drf.APIException) -> HttpResponse:
    code = _CODES.get(type(exc), exc.default_code)
    if isinstance(exc, drf.ValidationError):
        errors = field_errors(exc.detail)
        first = errors[0] if errors else {"field": "", "message": "The input is not valid."}
        detail = f"{first['field'] or 'The request'}: {first['message']}"
        answer = problem(exc.status_code, code, detail, errors)
    else:
        given = exc.get_codes()
        code = given if isinstance(given, str) and type(exc) not in _CODES else code
        answer = problem(exc.status_code, code, str(exc.detail))
    if getattr(exc, "auth_header", None):
        answer["WWW-Authenticate"] = exc.auth_header  # type: ignore[attr-defined]  # set by APIView
    if getattr(exc, "wait", None):
        answer["Retry-After"] = str(int(exc.wait))  # type: ignore[attr-defined]  # of Throttled
    return answer


def _unforeseen(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    request = context.get("request")
    log.error("Unhandled error in %s", getattr(request, "path", "?"), exc_info=exc)
    got_request_exception.send(sender=type(context.get("view")), request=request)
    return problem(500, "internal", INTERNAL)
