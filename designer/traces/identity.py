"""Who is at the other end of an ASGI connection that Django's middleware never sees: by token, or by session."""

from importlib import import_module
from io import BytesIO
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.handlers.asgi import ASGIRequest
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from agentcluster.api.authentication import BearerAuthentication

User = AbstractBaseUser | AnonymousUser


def identify(scope: Any) -> User:
    """Return the user of an HTTP or WebSocket scope; anonymous when the token or the session is not valid."""
    request = ASGIRequest({"method": "GET", **scope, "type": "http"}, BytesIO())
    if request.headers.get("Authorization"):
        try:
            found = BearerAuthentication().authenticate(Request(request))
        except APIException:
            return AnonymousUser()
        return found[0] if found else AnonymousUser()
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return get_user(request)


identify_async = database_sync_to_async(identify)
