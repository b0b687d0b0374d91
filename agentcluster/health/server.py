"""``/health/live`` and ``/health/ready`` of a process that serves no pages (features A7), in a thread of its own.

The thread answers for the process's loop: it lives while the loop turns, which no work in the loop's stead could tell.

async with serving("node") as health:
    health.checks["nats"] = lambda: ...
"""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, Final

from django.conf import settings

from agentcluster.errors import BadInputError
from agentcluster.health import places
from agentcluster.health.checks import NotReadyError
from agentcluster.health.pulse import Pulse
from agentcluster.tasks import end

ASKERS_MAX: Final = 16
"""So many are answered at a time; who comes then is cut off, and asks again."""
ASKING_S: Final = 3.0
"""A request that takes longer to arrive is cut off."""
ROUND_S: Final = 0.1

Check = Callable[[], str]
"""Returns a few words or raises ``NotReadyError`` with them; called in any thread, it only looks at what is there."""


class HealthPortError(BadInputError):
    """The health of this process cannot be served at HEALTH_HOST and HEALTH_PORT."""

    code = "health_port_taken"


class HealthServer:
    """Answers for one process; without any of ``checks`` it is not ready yet."""

    def __init__(self, process: str, pulse: Pulse) -> None:
        """Answer by ``pulse`` whether ``process`` lives, once it is started."""
        self.process, self.pulse = process, pulse
        self.checks: dict[str, Check] = {}
        self.port = 0
        self._server: _Server | None = None

    def start(self) -> None:
        """Listen on ``HEALTH_HOST`` and ``HEALTH_PORT`` (0: any free port); ``HealthPortError`` when that cannot be."""
        host = settings.HEALTH_HOST
        try:
            self._server = _Server((host, settings.HEALTH_PORT), partial(_Handler, self))
        except OSError as error:
            where = f"{host}:{settings.HEALTH_PORT}"
            raise HealthPortError(
                f"The health of this process cannot be served at {where} ({error.strerror or error}). "
                "Give HEALTH_PORT another port, or none for any that is free."
            ) from error
        self.port = self._server.server_address[1]
        run = partial(self._server.serve_forever, ROUND_S)
        threading.Thread(target=run, name="health", daemon=True).start()
        places.announce(settings.HOME, self.process, host, self.port)

    def stop(self) -> None:
        """Answer no more."""
        places.withdraw(settings.HOME, self.process)
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def live(self) -> tuple[bool, dict[str, Any]]:
        """Return whether the loop turns, and the answer that says so."""
        still_s = self.pulse.still_s
        detail = f"it has stood still for {still_s:.0f} s" if still_s else "it turns"
        return _answer({"loop": {"ok": not still_s, "detail": detail}})

    def ready(self) -> tuple[bool, dict[str, Any]]:
        """Return whether the process does its work, and the answer that says so."""
        checks = {**self.checks}
        results = {name: _look(check) for name, check in checks.items()}
        return _answer(results or {self.process: {"ok": False, "detail": "it is starting"}})


@asynccontextmanager
async def serving(process: str) -> AsyncIterator[HealthServer]:
    """Serve the health of this process, whose loop is the running one; ``HealthPortError``."""
    server = HealthServer(process, Pulse())
    server.start()
    beating = asyncio.get_running_loop().create_task(server.pulse.keep(), name="pulse")
    try:
        yield server
    finally:
        await end(beating)
        server.stop()


def _look(check: Check) -> dict[str, Any]:
    try:
        return {"ok": True, "detail": check()}
    except NotReadyError as error:
        return {"ok": False, "detail": error.message}


def _answer(checks: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    well = all(check["ok"] for check in checks.values())
    return well, {"status": "ok" if well else "unavailable", "checks": checks}


class _Server(ThreadingMixIn, TCPServer):
    """Answers a bounded number at a time. (``HTTPServer`` would ask a name server for its own name first.)"""

    daemon_threads = allow_reuse_address = True

    def __init__(self, address: tuple[str, int], handler: Callable[..., BaseHTTPRequestHandler]) -> None:
        self._places = threading.BoundedSemaphore(ASKERS_MAX)
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who goes away in the middle is no news."""


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    timeout = ASKING_S
    server_version, sys_version = "agentcluster", ""

    def __init__(self, health: HealthServer, *args: Any) -> None:
        self._health = health
        super().__init__(*args)

    def do_GET(self) -> None:
        what = self.path.partition("?")[0].rstrip("/")
        if what == "/health/live":
            well, body = self._health.live()
        elif what == "/health/ready":
            well, body = self._health.ready()
        else:
            return self._say(404, {"status": "error", "detail": "There are /health/live and /health/ready."})
        return self._say(200 if well else 503, body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self._say(405, {"status": "error", "detail": "Use GET."})

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a probe comes every few seconds."""

    def _say(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(content))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
