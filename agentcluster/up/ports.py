"""Whether a port can be listened on, and which one to take."""

import errno
import socket

from agentcluster.up.embedded import LOOPBACK, free_port
from agentcluster.up.errors import BadSettingError, PortInUseError


def require_free(host: str, port: int, name: str = "PORT") -> None:
    """Raise ``PortInUseError`` or ``BadSettingError`` with what to do when the page cannot be served there."""
    try:
        _bind(host, port)
    except socket.gaierror:
        raise BadSettingError(f"HOST={host} is no address of this machine. Try HOST=127.0.0.1.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(
                f"Port {port} is in use by another program. Stop that program, or choose another port: "
                f"{name}={port + 1 if port < 65535 else 8000} make up"
            ) from None
        if error.errno == errno.EACCES:
            raise BadSettingError(
                f"Port {port} needs more rights than this user has. Try {name}=8000 make up"
            ) from None
        raise BadSettingError(f"{host}:{port} cannot be listened on: {error.strerror}. Try HOST=127.0.0.1.") from None


def same_or_free(last: int | None) -> int:
    """Return ``last`` when nobody listens there, else any free port on loopback."""
    if last:
        try:
            _bind(LOOPBACK, last)
        except OSError:
            return free_port()
        return last
    return free_port()


def _bind(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
