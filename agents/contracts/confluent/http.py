"""What all views of the dialect share: media types, how a client proves who it is, how errors look."""

import base64
import binascii
import json
import logging
from typing import Any, Final

from django.contrib.auth.models import User
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView, set_rollback

from agentcluster.api.authentication import BearerAuthentication
from agentcluster.api.permissions import LoggedIn
from agentcluster.errors import AgentClusterError, BadInputError
from agentcluster.security import guesses, tokens
from agents.contracts.formats.base import MAX_SCHEMA_BYTES

logger = logging.getLogger(__name__)

MEDIA: Final = "application/vnd.schemaregistry.v1+json"
MAX_BODY: Final = 4 * MAX_SCHEMA_BYTES


class RegistryJson(JSONRenderer):
    """The dialect's own media type."""

    media_type = MEDIA
    format = "registry"
    charset = None


class OlderJson(JSONRenderer):
    """What older clients ask for."""

    media_type = "application/vnd.schemaregistry+json"
    format = "registry_older"


class _Bounded(JSONParser):
    """JSON of a bounded length."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Return the body; ``BadInputError`` when it is too long or no JSON object."""
        data = stream.read(MAX_BODY + 1)
        if len(data) > MAX_BODY:
            raise BadInputError("The request is larger than this registry accepts.")
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise BadInputError(f"The request is not JSON: {error}"[:300]) from error
        if not isinstance(found, dict):
            raise BadInputError("The request is a JSON object.")
        return found


class RegistryParser(_Bounded):
    """The dialect's own media type."""

    media_type = MEDIA


class OlderParser(_Bounded):
    """What older clients send."""

    media_type = "application/vnd.schemaregistry+json"


class PlainParser(_Bounded):
    """Plain JSON, which is allowed, too."""

    media_type = "application/json"


class AnyParser(_Bounded):
    """curl without a header."""

    media_type = "application/octet-stream"


class BasicAuthentication(BaseAuthentication):
    """HTTP basic with an API token as password (or as user), the way clients of the dialect are configured."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the token's user and the token; None when another scheme is used."""
        scheme, _, given = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"basic":
            return None
        wait = guesses.locked_for(request._request)
        if wait:
            raise exceptions.Throttled(wait, "Too many wrong tokens from this address.")
        try:
            user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise exceptions.AuthenticationFailed("The basic credentials are not readable.") from error
        token = tokens.find(password or user)
        if token is None or (password and user not in ("", "token", token.user.get_username())):
            guesses.note(request._request)
            raise exceptions.AuthenticationFailed("Give an API token as the password of basic authentication.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 answer says in ``WWW-Authenticate``."""
        return 'Basic realm="AgentCluster contracts"'


class DialectView(APIView):
    """A view of the dialect."""

    authentication_classes = [BasicAuthentication, BearerAuthentication]
    permission_classes = [LoggedIn]
    renderer_classes = [RegistryJson, OlderJson, JSONRenderer]
    parser_classes = [RegistryParser, OlderParser, PlainParser, AnyParser]
    schema = None

    def get_exception_handler(self) -> Any:
        """Errors are the dialect's own, not problem details."""
        return handle


def handle(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    """Answer ``{"error_code", "message"}`` with the codes clients know."""
    set_rollback()
    if isinstance(exc, AgentClusterError):
        number = getattr(exc, "number", None) or {400: 42201, 403: 40301, 404: 40401, 409: 409}.get(exc.status, 50001)
        if exc.status >= 500:
            logger.warning("%s: %s", exc.code, exc.message, exc_info=exc)
        status = 422 if exc.status == 400 else exc.status
        answer = _error(status, number, exc.message)
        if "retry_after" in exc.data:
            answer["Retry-After"] = str(exc.data["retry_after"])
        return answer
    if isinstance(exc, Http404):
        return _error(404, 404, "HTTP 404 Not Found")
    if isinstance(exc, exceptions.APIException):
        answer = _error(exc.status_code, exc.status_code if exc.status_code != 401 else 40101, str(exc.detail))
        if getattr(exc, "auth_header", None):
            answer["WWW-Authenticate"] = exc.auth_header  # type: ignore[attr-defined]  # set by APIView
        if getattr(exc, "wait", None):
            answer["Retry-After"] = str(int(exc.wait))  # type: ignore[attr-defined]  # of Throttled
        return answer
    logger.error("Unhandled error in the contract registry", exc_info=exc)
    return _error(500, 50001, "The error was logged. Try again; if it happens again, tell your administrator.")


def _error(status: int, number: int, message: str) -> HttpResponse:
    body = json.dumps({"error_code": number, "message": message})
    return HttpResponse(body, status=status, content_type=MEDIA)


def user_of(request: Request) -> User:
    """Return who asks."""
    user = request.user
    assert isinstance(user, User), "every route needs a login"
    return user


def flag(request: Request, name: str) -> bool:
    """Return a parameter that is true or false."""
    return request.query_params.get(name, "").lower() == "true"
