"""The ASGI entry point: HTTP and WebSocket."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator, WebsocketDenier
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentcluster.settings")
http = get_asgi_application()

from agentcluster.health.routes import HealthRoutes  # noqa: E402 - Django has to be set up first

websocket_urlpatterns = [re_path(r"", WebsocketDenier.as_asgi())]
application = ProtocolTypeRouter(
    {
        "http": HealthRoutes(http),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
