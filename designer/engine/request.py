"""What a hint on ``runs:ready`` carries: all an engine worker needs to begin a run without asking the database."""

from typing import TYPE_CHECKING, Any, Final

import msgspec

from designer.domain.events import Origin
from designer.domain.policies import Priority

if TYPE_CHECKING:
    from designer.models import Run

SEEDED: Final = ("fork", "retry", "continued")
"""Origins whose runs never begin with an empty log: see ``seeding``."""


class RunRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """An accepted run. ``trace_id`` is 32 hex digits; ``started_by`` a user name; ``trigger`` what started it, if not one."""

    run_id: str
    workflow_id: str = ""
    version_id: str = ""
    input: Any = None
    started_by: str = ""
    trace_id: str = ""
    priority: Priority = "normal"
    trigger: str = ""
    origin: Origin | None = None
    woken: bool = False
    """The run was parked: its log has all the rest."""

    @property
    def begun(self) -> bool:
        """Whether the run's log has its first events already, so that it must not be begun here."""
        return self.woken or (self.origin is not None and self.origin.kind in SEEDED)


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(RunRequest)


def encode_request(request: RunRequest) -> bytes:
    """Return the request as JSON."""
    return _encoder.encode(request)


def waking_hint(version_id: str) -> str:
    """Return what makes, with the run's id before it, the request that brings a parked run back: its log has the rest."""
    return f'"version_id":"{version_id}","woken":true'


def decode_request(data: bytes) -> RunRequest:
    """Return the request; ``msgspec.MsgspecError`` when it is not one."""
    request = _decoder.decode(data)
    if not (request.run_id and request.version_id):
        raise msgspec.ValidationError("it names no run, or no version")
    return request


def request_of(run: "Run") -> RunRequest:
    """Return the request of an accepted run, from its row (with ``created_by``)."""
    return RunRequest(
        run_id=run.pk,
        workflow_id=run.workflow_id,
        version_id=run.version_id,
        input=run.input,
        started_by=run.created_by.get_username() if run.created_by else "",
        trace_id=run.trace_id,
        priority=msgspec.convert(run.priority, Priority),
        trigger=run.trigger,
        origin=msgspec.convert(run.origin, Origin) if run.origin else None,
    )
