"""What a hint on ``runs:ready`` carries: all an engine worker needs to begin a run without asking the database."""

from typing import Any, Final

import msgspec


class RunRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """An accepted run. ``trace_id`` is 32 hex digits; ``started_by`` a user name."""

    run_id: str
    workflow_id: str
    version_id: str
    input: Any = None
    started_by: str = ""
    trace_id: str = ""


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(RunRequest)


def encode_request(request: RunRequest) -> bytes:
    """Return the request as JSON."""
    return _encoder.encode(request)


def decode_request(data: bytes) -> RunRequest:
    """Return the request; ``msgspec.MsgspecError`` when it is not one."""
    return _decoder.decode(data)
