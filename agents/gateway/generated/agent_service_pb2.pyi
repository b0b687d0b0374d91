from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AgentUpdate(_message.Message):
    __slots__ = ("hello", "heartbeat", "progress", "result", "failure", "goodbye")
    HELLO_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    GOODBYE_FIELD_NUMBER: _ClassVar[int]
    hello: Hello
    heartbeat: Heartbeat
    progress: Progress
    result: Result
    failure: Failure
    goodbye: Goodbye
    def __init__(self, hello: _Optional[_Union[Hello, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ..., result: _Optional[_Union[Result, _Mapping]] = ..., failure: _Optional[_Union[Failure, _Mapping]] = ..., goodbye: _Optional[_Union[Goodbye, _Mapping]] = ...) -> None: ...

class GatewayUpdate(_message.Message):
    __slots__ = ("welcome", "call", "cancel", "receipt", "fault")
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    CALL_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    welcome: Welcome
    call: Call
    cancel: Cancel
    receipt: Receipt
    fault: Fault
    def __init__(self, welcome: _Optional[_Union[Welcome, _Mapping]] = ..., call: _Optional[_Union[Call, _Mapping]] = ..., cancel: _Optional[_Union[Cancel, _Mapping]] = ..., receipt: _Optional[_Union[Receipt, _Mapping]] = ..., fault: _Optional[_Union[Fault, _Mapping]] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ("agent", "version", "manifest", "session")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    agent: str
    version: str
    manifest: str
    session: str
    def __init__(self, agent: _Optional[str] = ..., version: _Optional[str] = ..., manifest: _Optional[str] = ..., session: _Optional[str] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Progress(_message.Message):
    __slots__ = ("call_id", "progress")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    progress: str
    def __init__(self, call_id: _Optional[str] = ..., progress: _Optional[str] = ...) -> None: ...

class Result(_message.Message):
    __slots__ = ("call_id", "output")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    output: str
    def __init__(self, call_id: _Optional[str] = ..., output: _Optional[str] = ...) -> None: ...

class Failure(_message.Message):
    __slots__ = ("call_id", "error")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    error: Error
    def __init__(self, call_id: _Optional[str] = ..., error: _Optional[_Union[Error, _Mapping]] = ...) -> None: ...

class Goodbye(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Error(_message.Message):
    __slots__ = ("code", "message", "retryable", "field", "data")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    retryable: bool
    field: str
    data: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., retryable: _Optional[bool] = ..., field: _Optional[str] = ..., data: _Optional[str] = ...) -> None: ...

class Welcome(_message.Message):
    __slots__ = ("session", "instance", "agent", "version", "identity", "concurrency", "heartbeat_ms", "resume_ms", "resumed", "manifest")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    CONCURRENCY_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_MS_FIELD_NUMBER: _ClassVar[int]
    RESUME_MS_FIELD_NUMBER: _ClassVar[int]
    RESUMED_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    session: str
    instance: str
    agent: str
    version: str
    identity: str
    concurrency: int
    heartbeat_ms: int
    resume_ms: int
    resumed: bool
    manifest: str
    def __init__(self, session: _Optional[str] = ..., instance: _Optional[str] = ..., agent: _Optional[str] = ..., version: _Optional[str] = ..., identity: _Optional[str] = ..., concurrency: _Optional[int] = ..., heartbeat_ms: _Optional[int] = ..., resume_ms: _Optional[int] = ..., resumed: _Optional[bool] = ..., manifest: _Optional[str] = ...) -> None: ...

class Call(_message.Message):
    __slots__ = ("call_id", "idempotency_key", "input", "deadline_ms", "heartbeat_ms", "run_id", "workflow_id", "stage_id", "attempt", "trace_id")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_MS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_MS_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_ID_FIELD_NUMBER: _ClassVar[int]
    STAGE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    idempotency_key: str
    input: str
    deadline_ms: int
    heartbeat_ms: int
    run_id: str
    workflow_id: str
    stage_id: str
    attempt: int
    trace_id: str
    def __init__(self, call_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., input: _Optional[str] = ..., deadline_ms: _Optional[int] = ..., heartbeat_ms: _Optional[int] = ..., run_id: _Optional[str] = ..., workflow_id: _Optional[str] = ..., stage_id: _Optional[str] = ..., attempt: _Optional[int] = ..., trace_id: _Optional[str] = ...) -> None: ...

class Cancel(_message.Message):
    __slots__ = ("call_id", "reason")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    reason: str
    def __init__(self, call_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class Receipt(_message.Message):
    __slots__ = ("call_id", "accepted")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    accepted: bool
    def __init__(self, call_id: _Optional[str] = ..., accepted: _Optional[bool] = ...) -> None: ...

class Fault(_message.Message):
    __slots__ = ("error", "fatal")
    ERROR_FIELD_NUMBER: _ClassVar[int]
    FATAL_FIELD_NUMBER: _ClassVar[int]
    error: Error
    fatal: bool
    def __init__(self, error: _Optional[_Union[Error, _Mapping]] = ..., fatal: _Optional[bool] = ...) -> None: ...

class SendTaskRequest(_message.Message):
    __slots__ = ("call_id", "agent", "version", "input", "deadline_ms", "wait_ms")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_MS_FIELD_NUMBER: _ClassVar[int]
    WAIT_MS_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    agent: str
    version: str
    input: str
    deadline_ms: int
    wait_ms: int
    def __init__(self, call_id: _Optional[str] = ..., agent: _Optional[str] = ..., version: _Optional[str] = ..., input: _Optional[str] = ..., deadline_ms: _Optional[int] = ..., wait_ms: _Optional[int] = ...) -> None: ...

class SendTaskResponse(_message.Message):
    __slots__ = ("call_id", "status", "output", "error", "instance", "progress")
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATUS_UNSPECIFIED: _ClassVar[SendTaskResponse.Status]
        OK: _ClassVar[SendTaskResponse.Status]
        ERROR: _ClassVar[SendTaskResponse.Status]
        RUNNING: _ClassVar[SendTaskResponse.Status]
    STATUS_UNSPECIFIED: SendTaskResponse.Status
    OK: SendTaskResponse.Status
    ERROR: SendTaskResponse.Status
    RUNNING: SendTaskResponse.Status
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    status: SendTaskResponse.Status
    output: str
    error: Error
    instance: str
    progress: str
    def __init__(self, call_id: _Optional[str] = ..., status: _Optional[_Union[SendTaskResponse.Status, str]] = ..., output: _Optional[str] = ..., error: _Optional[_Union[Error, _Mapping]] = ..., instance: _Optional[str] = ..., progress: _Optional[str] = ...) -> None: ...

class SendHeartbeatRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class SendHeartbeatResponse(_message.Message):
    __slots__ = ("known", "instance", "in_flight")
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    known: bool
    instance: str
    in_flight: int
    def __init__(self, known: _Optional[bool] = ..., instance: _Optional[str] = ..., in_flight: _Optional[int] = ...) -> None: ...
