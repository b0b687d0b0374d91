"""Whether the processes of a kind live, or do their work, on this machine: asked over HTTP, from outside them."""

from typing import Final, Literal

import httpx
from django.conf import settings

from agentcluster.health import places
from agentcluster.health.checks import NotReadyError

PROCESSES: Final = ("worker", "jobs", "node", "beat", "triggers", "gateway")
ASK_S: Final = 5.0


def check_process(name: str, what: Literal["live", "ready"] = "live") -> str:
    """Return a few words about those of this machine; ``NotReadyError`` when there is none, or not all of them are well."""
    found = places.all_of(settings.HOME, name)
    if not found:
        raise NotReadyError("it does not run on this machine")
    told = [_ask(place, what) for place in found]
    return told[0] if len(told) == 1 else f"all {len(told)} of them are well"


def _ask(place: places.Place, what: str) -> str:
    try:
        answer = httpx.get(place.url(what), timeout=ASK_S, trust_env=False)
        checks = answer.json()["checks"]
        words = ", ".join(f"{name}: {check['detail']}" for name, check in checks.items())
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise NotReadyError(f"process {place.pid} does not answer") from error
    if answer.status_code != httpx.codes.OK:
        raise NotReadyError(f"process {place.pid}: {words}")
    return words
