"""``POST /hooks/<public id>``: a call from outside starts a run. No session, no CSRF token: the signature is the proof."""

import math
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from django.core.cache import cache
from django.db import OperationalError
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from agentcluster.api.problems import problem
from agentcluster.errors import AgentClusterError
from agentcluster.security.client_address import client_address, counted_client
from agents.policies.admission import SLOT
from agents.policies.limits import check_start, take
from designer.api.freshness import up_to_date
from designer.models import OPEN_STATUSES, Run
from designer.triggers import events, kinds, payload, sealing, signature
from designer.triggers.errors import (
    BadSignatureError,
    BodyTooLargeError,
    MalformedEventError,
    NoSuchHookError,
    TooManyCallsError,
    TriggerDisabledError,
)
from designer.triggers.fire import fire, note
from designer.triggers.models import Firing, Kind, Outcome, Trigger

CALLS_A_MINUTE: Final = 600
"""Calls of one webhook, all senders and all web processes together."""
WRONG_A_MINUTE: Final = 30
"""Wrong signatures from one address."""
WAITERS: Final = threading.BoundedSemaphore(32)
"""So many calls of this process wait for an output at a time; others are answered at once."""
LOOK_S: Final = 0.1


@csrf_exempt
def hook(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer 202 with the run's id; 200 with its output where the trigger waits for that."""
    if request.method != "POST":
        answer = problem(405, "method_not_allowed", "Send events with POST.")
        answer["Allow"] = "POST"
        return answer
    return answered(lambda: _receive(request, public_id))


def answered(work: Callable[[], HttpResponse]) -> HttpResponse:
    """Return what ``work`` returns, or its error as problem details, with nothing about the inside."""
    try:
        return work()
    except AgentClusterError as error:
        answer = problem(error.status, error.code, error.message)
        if error.retryable or error.status == 503:
            answer["Retry-After"] = str(error.data.get("retry_after", 5))
        return answer
    except OperationalError:
        answer = problem(503, "database_unavailable", "The database does not answer right now. Try again in a moment.")
        answer["Retry-After"] = "5"
        return answer


def _receive(request: HttpRequest, public_id: str) -> HttpResponse:
    body = _body(request)
    trigger = _find(public_id)
    config = kinds.of(Kind.WEBHOOK, trigger.config)
    assert isinstance(config, kinds.WebhookConfig)
    message_id = _verified(request, trigger, config, body)
    # Counted only now: whoever merely knows the address cannot use up what belongs to those who sign.
    _limit(f"hook:{trigger.pk}")
    check_start(address=client_address(request), workflow=trigger.workflow_id)
    if not trigger.enabled:
        raise TriggerDisabledError
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        query = payload.checked({name: values[-1] for name, values in request.GET.lists()})
        event = events.webhook(message_id, payload.decode(body, config.format), headers, query)
    except MalformedEventError as error:
        note(trigger, events.webhook(message_id, None, {}, {}), Outcome.REFUSED, error.code, error.message)
        raise
    firing = fire(trigger, event)
    if (slot := getattr(request, "scope", {}).get(SLOT)) is not None:
        slot.release_soon()  # the run is written down: waiting for its output takes no place at the entry
    return _answer(request, firing, config.wait_s)


def _body(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > payload.MAX_BYTES:
        raise BodyTooLargeError(f"The body is larger than {payload.MAX_BYTES:,} bytes.")
    return request.body


def _find(public_id: str) -> Trigger:
    rows = Trigger.objects.select_related("workflow__project", "run_as").filter(kind=Kind.WEBHOOK)
    trigger = rows.filter(public_id=public_id).first() if public_id.isascii() else None
    if trigger is None:
        raise NoSuchHookError
    return trigger


def _verified(request: HttpRequest, trigger: Trigger, config: kinds.WebhookConfig, body: bytes) -> str:
    """Return the message's id; without signatures that of ``webhook-id``, where one was sent."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    if config.signature == "none":
        given = headers.get("webhook-id", "")
        return given if signature.is_id(given) else ""
    guesses = f"hook-guesses:{counted_client(request)}"
    if cache.get(guesses, 0) >= WRONG_A_MINUTE:
        raise TooManyCallsError("Too many wrong signatures from this address; try again later.", retry_after=60)
    try:
        return signature.verify(sealing.unseal(trigger.sealed_secrets), headers, body, time.time())
    except BadSignatureError:
        _counted(guesses)
        Trigger.objects.filter(pk=trigger.pk).update(bad_signature_count=F("bad_signature_count") + 1)
        raise


def _answer(request: HttpRequest, firing: Firing, wait_s: float) -> HttpResponse:
    if firing.outcome != Outcome.STARTED or firing.run is None:
        status, code = _REFUSALS.get(firing.code, (422, firing.code or "refused"))
        return problem(status, code, firing.message or "This event started a run that is no longer there.")
    run = firing.run
    if wait_s > 0 and WAITERS.acquire(blocking=False):
        try:
            run = _waited(run, wait_s)
        finally:
            WAITERS.release()
    told: dict[str, Any] = {"run_id": run.pk, "status": run.status}
    ended = wait_s > 0 and run.status not in OPEN_STATUSES
    if ended:
        told |= {"output": run.output, "error": run.error}
    headers = {"Location": request.build_absolute_uri(f"/api/v1/runs/{run.pk}")}
    return JsonResponse(told, status=200 if ended else 202, headers=headers)


def _waited(run: Run, wait_s: float) -> Run:
    end = time.monotonic() + wait_s
    while True:
        run = up_to_date(Run.objects.get(pk=run.pk))
        left = end - time.monotonic()
        if run.status not in OPEN_STATUSES or left <= 0:
            return run
        time.sleep(min(LOOK_S, left))


def _limit(name: str) -> None:
    wait_s = take(name, rate=CALLS_A_MINUTE / 60, burst=CALLS_A_MINUTE)
    if wait_s:
        message = f"This webhook takes {CALLS_A_MINUTE} calls a minute; try again later."
        raise TooManyCallsError(message, retry_after=math.ceil(wait_s))


def _counted(key: str) -> int:
    """Count within the minute that began with the first; per web process, which is all that slowing down guesses needs."""
    if cache.add(key, 1, 60):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # it expired between the two calls
        cache.add(key, 1, 60)
        return 1


_REFUSALS: Final = {
    "not_published": (409, "not_published"),
    "mapping_failed": (400, "mapping_failed"),
    "invalid_input": (400, "invalid_input"),
    "too_large": (413, "too_large"),
    "right_lost": (403, "refused"),
    "run_as_gone": (403, "refused"),
    "forbidden": (403, "refused"),
    "not_found": (409, "refused"),
}
"""How a refusal is told to the caller, by its code; all others are 422."""
