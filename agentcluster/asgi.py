"""The ASGI entry point: HTTP and WebSocket."""

import os
from importlib import import_module

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentcluster.settings")
http = get_asgi_application()

from agentcluster import structs  # noqa: E402 - Django has to be set up first
from agentcluster.health.routes import HealthRoutes  # noqa: E402
from agentcluster.security.origin import OriginCheck  # noqa: E402
from agentcluster.web import turning_away  # noqa: E402
from agents.policies.admission import AdmitStarts  # noqa: E402
from designer.api.start_lane import StartLane  # noqa: E402
from designer.traces.routing import EventStreams, websocket_urlpatterns  # noqa: E402

STARTS = (
    r"/api/v1/workflows/[^/]+/runs(/batch)?",
    r"/api/v1/plans/runs",
    r"/api/v1/runs/[^/]+/(retry|replay|fork|continue)",
    r"/api/v1/dead-letters/([^/]+/[^/]+/)?redrive",
    r"/api/v1/triggers/[^/]+/test",
    r"/hooks/[^/]+",
)
"""What starts runs, by POST. Bulk operations start theirs in the background, at the pace that the rate limits allow; they
also cancel, which has to get through when there is no place left."""
starts = AdmitStarts(StartLane(http), *STARTS)
turning_away.ask(starts.turn_away)
application = ProtocolTypeRouter(
    {
        "http": HealthRoutes(EventStreams(starts)),
        "websocket": OriginCheck(URLRouter([*websocket_urlpatterns, re_path(r"", WebsocketDenier.as_asgi())])),
    }
)
import_module(settings.ROOT_URLCONF)
structs.prepare_ours()
