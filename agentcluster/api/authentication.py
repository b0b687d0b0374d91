"""How a request proves who sends it: a bearer token (programs) or the session with CSRF (the page)."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.request import Request

from agentcluster.security import guesses, tokens


class CsrfFailed(exceptions.PermissionDenied):  # named as the framework names its own
    """The CSRF token is missing or wrong."""

    default_code = "csrf_failed"


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer agc_…``; an address that guesses is locked out for a while."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the token's user and the token; None when another scheme is used."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise exceptions.AuthenticationFailed("Send “Authorization: Bearer <token>”.")
        wait = guesses.locked_for(request._request)
        if wait:
            raise exceptions.Throttled(wait, "Too many wrong tokens from this address.")
        token = tokens.find(parts[1].decode("latin-1"))
        if token is None:
            guesses.note(request._request)
            raise exceptions.AuthenticationFailed("This token is unknown, expired or its account is inactive.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 answer says in ``WWW-Authenticate``."""
        return 'Bearer realm="AgentCluster"'


class PageAuthentication(SessionAuthentication):
    """Django's session; unsafe methods need the CSRF token in ``X-CSRFToken``."""

    def enforce_csrf(self, request: Request) -> None:
        """Refuse the request with ``csrf_failed`` unless its CSRF token is right."""
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise CsrfFailed(str(error.detail)) from error


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the token in the OpenAPI document."""

    target_class = BearerAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the security scheme object."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made in the admin panel or by `agent-coordinator token create <user>`.",
        }


class PageScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the session cookie in the OpenAPI document."""

    target_class = PageAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the security scheme object."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The page's session; unsafe methods also send the CSRF token in `X-CSRFToken`.",
        }
