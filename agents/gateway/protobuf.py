"""The gateway's messages in Protobuf: to and from ``agents.gateway.protocol``."""

from typing import Final

import msgspec

from agents.domain.calls import CallError
from agents.gateway import protocol as said
from agents.gateway.errors import ProtocolError
from agents.gateway.generated import agent_service_pb2 as pb

STATUSES: Final = {
    "ok": pb.SendTaskResponse.OK,
    "error": pb.SendTaskResponse.ERROR,
    "running": pb.SendTaskResponse.RUNNING,
}
_decode_raw: Final = msgspec.json.Decoder(msgspec.Raw).decode
_decode_data: Final = msgspec.json.Decoder(dict[str, object]).decode


def read_update(update: pb.AgentUpdate) -> said.FromAgent:
    """Return what the agent says; ProtocolError when that cannot be read."""
    kind = update.WhichOneof("update")
    if kind == "hello":
        hello = update.hello
        manifest = _json(hello.manifest, "/manifest") if hello.manifest else said.NOTHING
        return said.Hello(hello.agent, hello.version, manifest, hello.session)
    if kind == "progress":
        progress = _json(update.progress.progress, "/progress") if update.progress.progress else said.NOTHING
        return said.Progress(update.progress.call_id, progress)
    if kind == "result":
        # What it holds is checked with the call it answers: an output that is no JSON is the call's error.
        return said.Result(update.result.call_id, msgspec.Raw(update.result.output.encode()))
    if kind == "failure":
        return said.Failure(update.failure.call_id, read_error(update.failure.error))
    if kind == "heartbeat":
        return said.Heartbeat()
    if kind == "goodbye":
        return said.Goodbye()
    raise ProtocolError("This update says nothing that is known here.")


def read_task(request: pb.SendTaskRequest) -> said.Task:
    """Return what is asked for; ProtocolError for an input that is no JSON."""
    return said.Task(
        request.call_id,
        request.agent,
        _json(request.input or "null", "/input"),
        request.version,
        request.deadline_ms,
        request.wait_ms,
    )


def read_error(error: pb.Error) -> CallError:
    """Return the error; data that is no JSON object is left out."""
    try:
        data = _decode_data(error.data) if error.data else {}
    except (msgspec.MsgspecError, RecursionError):
        data = {}
    return CallError(error.code, error.message, error.retryable, error.field, data)


def update(message: said.ToSocket) -> pb.GatewayUpdate:
    """Return what the gateway says."""
    if isinstance(message, said.Call):
        return pb.GatewayUpdate(call=_call(message))
    if isinstance(message, said.Welcome):
        return pb.GatewayUpdate(welcome=_welcome(message))
    if isinstance(message, said.Cancel):
        return pb.GatewayUpdate(cancel=pb.Cancel(call_id=message.call_id, reason=message.reason))
    if isinstance(message, said.Receipt):
        return pb.GatewayUpdate(receipt=pb.Receipt(call_id=message.call_id, accepted=message.accepted))
    if isinstance(message, said.Fault):
        return pb.GatewayUpdate(fault=pb.Fault(error=write_error(message.error), fatal=message.fatal))
    raise TypeError(f"{type(message).__name__} is not sent over gRPC streams")


def task_response(reply: said.TaskReply) -> pb.SendTaskResponse:
    """Return what came of a task."""
    return pb.SendTaskResponse(
        call_id=reply.call_id,
        status=STATUSES[reply.status],
        output=_text(reply.output),
        error=None if reply.error is None else write_error(reply.error),
        instance=reply.instance,
        progress=_text(reply.progress),
    )


def write_error(error: CallError) -> pb.Error:
    """Return the error."""
    return pb.Error(
        code=error.code,
        message=error.message,
        retryable=error.retryable,
        field=error.field,
        data=msgspec.json.encode(error.data).decode() if error.data else "",
    )


def _call(message: said.Call) -> pb.Call:
    return pb.Call(
        call_id=message.call_id,
        idempotency_key=message.idempotency_key,
        input=_text(message.input),
        deadline_ms=message.deadline_ms,
        heartbeat_ms=message.heartbeat_ms,
        run_id=message.run_id,
        workflow_id=message.workflow_id,
        stage_id=message.stage_id,
        attempt=message.attempt,
        trace_id=message.trace_id,
    )


def _welcome(message: said.Welcome) -> pb.Welcome:
    return pb.Welcome(
        session=message.session,
        instance=message.instance,
        agent=message.agent,
        version=message.version,
        identity=message.identity,
        concurrency=message.concurrency,
        heartbeat_ms=message.heartbeat_ms,
        resume_ms=message.resume_ms,
        resumed=message.resumed,
        manifest=_text(message.manifest),
    )


def _text(raw: msgspec.Raw) -> str:
    return bytes(raw).decode()


def _json(text: str, field: str) -> msgspec.Raw:
    try:
        return _decode_raw(text.encode()).copy()
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ProtocolError(f"This is no JSON: {error}.", field=field) from error
