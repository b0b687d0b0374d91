"""``/config``, ``/mode``, ``/compatibility``: what holds, and would this schema do."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from agentcluster.errors import BadInputError
from agents.contracts import reading
from agents.contracts.actions.configure import forget_level, forget_mode, set_level, set_mode
from agents.contracts.compatibility import try_out
from agents.contracts.confluent.bodies import asked
from agents.contracts.confluent.http import DialectView, flag, user_of
from agents.contracts.errors import NoOwnLevelError, NoOwnModeError
from agents.contracts.models import Contract


class ConfigView(DialectView):
    """The compatibility level of a subject, or (without one) of all."""

    def get(self, request: Request, subject: str = "") -> Response:
        """Return it; of a subject without its own only with ``defaultToGlobal``."""
        contract = Contract.objects.filter(name=subject).first() if subject else None
        if subject and not (contract and contract.compatibility) and not flag(request, "defaultToGlobal"):
            raise NoOwnLevelError(f"“{subject}” has no compatibility level of its own.")
        return Response({"compatibilityLevel": reading.level_of(contract)})

    def put(self, request: Request, subject: str = "") -> Response:
        """Set it."""
        level = _text(request.data, "compatibility")
        return Response({"compatibility": set_level(user_of(request), subject, level)})

    def delete(self, request: Request, subject: str = "") -> Response:
        """Forget it."""
        return Response({"compatibilityLevel": forget_level(user_of(request), subject)})


class ModeView(DialectView):
    """The mode of a subject, or of all."""

    def get(self, request: Request, subject: str = "") -> Response:
        """Return it; of a subject without its own only with ``defaultToGlobal``."""
        contract = Contract.objects.filter(name=subject).first() if subject else None
        own = contract is not None and (contract.mode or contract.system)
        if subject and not own and not flag(request, "defaultToGlobal"):
            raise NoOwnModeError(f"“{subject}” has no mode of its own.")
        return Response({"mode": reading.mode_of(contract)})

    def put(self, request: Request, subject: str = "") -> Response:
        """Set it."""
        return Response({"mode": set_mode(user_of(request), subject, _text(request.data, "mode"))})

    def delete(self, request: Request, subject: str = "") -> Response:
        """Forget it."""
        return Response({"mode": forget_mode(user_of(request), subject)})


class CompatibilityView(DialectView):
    """Would a schema be compatible: with one version, or with those its level asks for."""

    def post(self, request: Request, subject: str, version: str = "") -> Response:
        """Say so; ``verbose`` with the reasons."""
        given = asked(request.data)
        if version:
            contract = reading.contract(subject)
            against: Any = [reading.version(contract, version)]
        else:
            contract, against = Contract.objects.filter(name=subject).first(), None  # type: ignore[assignment]
        found = try_out(contract, given.schema_type, given.text, given.references, against=against).found
        body: dict[str, Any] = {"is_compatible": not found}
        if flag(request, "verbose"):
            body["messages"] = [f"{each.path or '/'}: {each.message} [{each.rule}]" for each in found]
        return Response(body)


class ClusterView(DialectView):
    """What some clients ask to see whether anybody is there."""

    def get(self, request: Request) -> Response:
        """Return an empty object."""
        return Response({})


def _text(body: Any, name: str) -> str:
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str):
        raise BadInputError(f"“{name}” must be a text.", field=f"/{name}")
    return value


class NothingHereView(DialectView):
    """Whatever this dialect does not have."""

    def get(self, request: Request, path: str = "") -> Response:
        """Say so as clients understand it."""
        raise NotFound("HTTP 404 Not Found")

    post = put = delete = get
