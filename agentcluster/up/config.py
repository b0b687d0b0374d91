"""What ``make up`` is told through the environment (docs/configuration.md)."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agentcluster.up.errors import BadSettingError
from agentcluster.up.ports import same_or_free

DEFAULT_PORT = 8000
DEFAULT_HOST = "127.0.0.1"
DEFAULT_GRPC_PORT = 50051
DEFAULT_WS_PORT = 8090
ANYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - names what the operator asked for
PROJECT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class UpConfig:
    """One start: ``home`` is absolute; an address that is None means the embedded server."""

    home: Path
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    redis_url: str | None = None
    nats_url: str | None = None
    log_json: bool = False
    grpc_port: int = 0
    """Of the gateway; 0: any free one, known to nobody."""
    ws_port: int = 0

    @property
    def address(self) -> str:
        """Return the URL a browser on this machine opens."""
        host = "127.0.0.1" if self.host in ANYWHERE else f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def allowed_hosts(self) -> str:
        """Return the host names the page answers to when ``ALLOWED_HOSTS`` is not given."""
        names = ["localhost", "127.0.0.1", "[::1]"]
        if self.host in ANYWHERE:
            names.append(socket.gethostname())
        elif self.host not in names:
            names.append(self.host)
        return ",".join(names)


def from_environment(environment: Mapping[str, str] = os.environ) -> UpConfig:
    """Read the settings; raises ``BadSettingError`` for a port that is none."""
    return UpConfig(
        home=Path(environment.get("AGENTCLUSTER_HOME") or PROJECT / "data").expanduser().resolve(),
        host=environment.get("HOST") or DEFAULT_HOST,
        port=_port(environment.get("PORT") or str(DEFAULT_PORT)),
        redis_url=environment.get("REDIS_URL") or None,
        nats_url=environment.get("NATS_URL") or None,
        log_json=environment.get("LOG_FORMAT") == "json",
        grpc_port=_gateway_port(environment, "GATEWAY_GRPC_PORT", DEFAULT_GRPC_PORT),
        ws_port=_gateway_port(environment, "GATEWAY_WS_PORT", DEFAULT_WS_PORT),
    )


def _port(text: str, name: str = "PORT", usual: int = DEFAULT_PORT) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise BadSettingError(
            f"{name}={text} is not a port. Give a number from 1 to 65535, for example {name}={usual}."
        )
    return int(text)


def _gateway_port(environment: Mapping[str, str], name: str, usual: int) -> int:
    """Return the port that was asked for; else the usual one, or any free one when somebody has that already."""
    given = environment.get(name)
    return _port(given, name, usual) if given else same_or_free(usual)
