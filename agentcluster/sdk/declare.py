"""The decorator that makes a function an agent."""

import functools
import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar, get_type_hints

import msgspec

from agentcluster.sdk.context import Context
from agentcluster.sdk.errors import DeclarationError

MARK: Final = "__agentcluster__"
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_VERSION: Final = re.compile(r"\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?")

Function = TypeVar("Function", bound=Callable[..., Any])


class Declaration(msgspec.Struct, frozen=True):
    """An agent as its function declares it. ``input`` is a Struct type with a field for each parameter."""

    name: str
    version: str
    capabilities: tuple[str, ...]
    title: str
    description: str
    function: Callable[..., Any]
    input: type[msgspec.Struct]
    output: Any
    context: str
    """The parameter that takes the Context; empty when there is none."""
    is_async: bool
    details: dict[str, Any]
    """Further fields of ``agent.yaml``: limits, category, icon, network, …"""


def agent(
    *, name: str, version: str, capabilities: Sequence[str] = (), title: str = "", **details: Any
) -> Callable[[Function], Function]:
    """Make a function (plain or async) an agent; it can still be called as it is.

    Its annotations become the JSON Schemas of input and output, its docstring the description. A parameter
    annotated with ``Context`` gets the call's context. ``details``: further fields of ``agent.yaml`` as they
    stand there (``limits={"memory_mib": 256}``, ``network="full"``). DeclarationError says what does not fit.
    """

    def decorate(function: Function) -> Function:
        can = tuple(capabilities) or (name,)
        shown = title or name.replace("-", " ").capitalize()
        declared = _declared(function, name, version, capabilities=can, title=shown, details=details)
        wrapped = _with_context(function, declared.context)
        setattr(wrapped, MARK, declared)
        return wrapped

    return decorate


def declaration_of(function: Any) -> Declaration:
    """Return what ``agent`` noted; DeclarationError for anything else."""
    declared = getattr(function, MARK, None)
    if not isinstance(declared, Declaration):
        raise DeclarationError(f"{function!r} is no agent: put @agent(name=…, version=…) above the function.")
    return declared


def _declared(
    function: Callable[..., Any], name: str, version: str, *, capabilities: tuple[str, ...], title: str, details: Any
) -> Declaration:
    if not _NAME.fullmatch(name) or len(name) > 80:
        raise DeclarationError(
            f"An agent's name is lower-case words joined by “-”, at most 80 characters; not “{name}”."
        )
    if not _VERSION.fullmatch(version):
        raise DeclarationError(f"An agent's version is semantic, such as 1.0.0; not “{version}”.")
    hints = get_type_hints(function, include_extras=True)
    fields, context = _parameters(function, hints)
    if "return" not in hints or hints["return"] is type(None):
        raise DeclarationError(f"{function.__name__} must say what it returns: “-> Result”, an object with fields.")
    kind = "".join(part.title() for part in name.split("-")) + "Input"
    return Declaration(
        name,
        version,
        capabilities,
        title,
        inspect.cleandoc(function.__doc__ or "").partition("\n\n")[0].replace("\n", " "),
        function,
        msgspec.defstruct(kind, fields, kw_only=True, forbid_unknown_fields=True),
        hints["return"],
        context,
        inspect.iscoroutinefunction(function),
        details,
    )


def _parameters(function: Callable[..., Any], hints: dict[str, Any]) -> tuple[list[Any], str]:
    """Return the fields of the input, and the name of the parameter for the context."""
    fields: list[Any] = []
    context = ""
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise DeclarationError(
                f"{function.__name__}: *args, **kwargs and positional-only parameters have no schema."
            )
        if parameter.name not in hints:
            raise DeclarationError(f"{function.__name__}: the parameter “{parameter.name}” needs an annotation.")
        if hints[parameter.name] is Context:
            context = parameter.name
        elif parameter.default is parameter.empty:
            fields.append((parameter.name, hints[parameter.name]))
        else:
            fields.append((parameter.name, hints[parameter.name], _default(parameter.default)))
    return fields, context


def _default(value: Any) -> Any:
    """Return a default as Structs take it: a new list or dict for each call."""
    if isinstance(value, list | dict | set):
        return msgspec.field(default_factory=functools.partial(type(value), value))
    return value


def _with_context(function: Function, name: str) -> Function:
    """Return the function, which makes a context of its own when it is called without one, as tests do."""
    if not name:
        return function

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if name not in inspect.signature(function).bind_partial(*args, **kwargs).arguments:
            kwargs[name] = Context()
        return function(*args, **kwargs)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            return await call(*args, **kwargs)

        return call_async  # type: ignore[return-value]
    return call  # type: ignore[return-value]
