"""Requests of the lane for starts, a group at a time: who sends them, at what rate, what they want, what came of it.

Synchronous. Whatever is not as it should be has no answer here: ``StartView`` says what is wrong with it.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, cast

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.db import Error, connection
from django.http import HttpResponse

from agentcluster.api.exceptions import exception_handler
from agentcluster.security import guesses, tokens
from agentcluster.security.client_address import client_address
from agentcluster.security.models import ApiToken
from agents.policies.limits import Sender, check_all
from agents.policies.throttle import COUNTED
from designer.actions.start_group import Started, Wanted, start_group
from designer.api.batch import MAX_LABEL
from designer.api.parsers import BoundedJSONParser
from designer.api.start_answer import Messages, refused, started
from designer.domain.policies import Priority
from designer.models import RunPriority

_parser: Final = BoundedJSONParser()


@dataclass(slots=True)
class Asked:
    """A request as it came, its body whole; ``scope`` tells the long way what is done already."""

    scope: Any
    workflow_id: str
    body: bytes


def answer_all(group: Sequence[Asked]) -> list[Messages | None]:
    """Return the answers in order; None for each request that has to go the long way, and for which nothing was started."""
    requests = [ASGIRequest(asked.scope, BytesIO(asked.body)) for asked in group]
    answers: list[Messages | None] = [None] * len(group)
    # The connection is kept between groups: whether it still lives is asked with the first query of each.
    connection.health_check_done = False  # type: ignore[attr-defined]  # Django's own name for it
    try:
        wanted = _let_in(group, requests, answers)
        outcomes = start_group([*wanted.values()])
    except Error as error:
        told = _told(error, requests[0])
        return [answer or refused(request, told) for request, answer in zip(requests, answers, strict=True)]
    failure = next((each for each in outcomes if isinstance(each, Exception)), None)
    problem = _told(failure, requests[0]) if failure is not None else None
    for index, outcome in zip(wanted, outcomes, strict=True):
        if isinstance(outcome, Started):
            answers[index] = _answer(requests[index], outcome)
        elif outcome is not None and problem is not None:
            answers[index] = refused(requests[index], problem)
    return answers


def _told(error: Exception, request: ASGIRequest) -> HttpResponse:
    """Return the answer to what concerns a whole group; it is logged once."""
    if isinstance(error, Error):
        connection.close()
    return exception_handler(error, {"request": request})


def _answer(request: ASGIRequest, new: Started) -> Messages:
    try:
        return started(request, new)
    except Exception as error:  # the run is accepted: it must not be started again on the long way
        return refused(request, exception_handler(error, {"request": request}))


def _let_in(
    group: Sequence[Asked], requests: Sequence[ASGIRequest], answers: list[Messages | None]
) -> dict[int, Wanted]:
    """Return what is wanted, by place in the group; who is too fast gets an answer."""
    secrets = {index: _secret(request) for index, request in enumerate(requests) if _is_let_in(request)}
    known = tokens.find_all({*secrets.values()})
    by_index = {index: known[secret] for index, secret in secrets.items() if secret in known}
    errors = check_all([_sender(token, requests[index], group[index]) for index, token in by_index.items()])
    wanted: dict[int, Wanted] = {}
    for (index, token), error in zip(by_index.items(), errors, strict=True):
        request, asked = requests[index], group[index]
        if error is not None:
            answers[index] = refused(request, exception_handler(error, {"request": request}))
            continue
        asked.scope = {**asked.scope, COUNTED: True}
        with suppress(Exception):  # what is wrong with it, the long way says
            if (found := _wanted(token, request, asked)) is not None:
                wanted[index] = found
    return wanted


def _is_let_in(request: ASGIRequest) -> bool:
    try:
        request.get_host()
    except DisallowedHost:
        return False
    redirected = settings.SECURE_SSL_REDIRECT and not request.is_secure()
    return not redirected and not guesses.locked_for(request)


def _secret(request: ASGIRequest) -> str:
    return str(request.META["HTTP_AUTHORIZATION"].split()[1])


def _sender(token: ApiToken, request: ASGIRequest, asked: Asked) -> Sender:
    return Sender(token.user, str(token.pk), client_address(request), asked.workflow_id)


def _wanted(token: ApiToken, request: ASGIRequest, asked: Asked) -> Wanted | None:
    """Return the start a body asks for; None when ``StartBody`` would find fault with it, or would change it."""
    body = _parser.parse(BytesIO(asked.body))
    given = {name: body[name] for name in ("input", "version", "labels", "priority") if name in body}
    version, labels, priority = given.get("version"), given.get("labels", {}), given.get("priority")
    if any(value is None for value in given.values()) or not (
        version is None or (type(version) is int and version > 0)
    ):
        return None
    if not isinstance(labels, dict) or not all(map(_is_label, labels.values())):
        return None
    if priority is not None and not (isinstance(priority, str) and priority in RunPriority.values):
        return None
    key = str(request.META.get("HTTP_IDEMPOTENCY_KEY", ""))
    return Wanted(
        token.user, asked.workflow_id, given.get("input", {}), version, labels, cast(Priority | None, priority), key
    )


def _is_label(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_LABEL and value == value.strip()
