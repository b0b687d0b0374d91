"""The processes of one installation; docker-compose.yml runs the same commands."""

import os
import sys
from collections.abc import Sequence

from agentcluster.up.child import ProcessSpec
from agentcluster.up.config import UpConfig
from agentcluster.up.embedded import LOOPBACK
from agentcluster.up.services import Services

CELERY = ("-m", "celery", "-A", "agentcluster", "-q")
ENGINE = (*CELERY, "worker", "-Q", "runs", "--pool", "solo", "-n", "engine@%h", "--without-gossip", "--without-mingle")
JOBS = (*CELERY, "worker", "-Q", "jobs", "-c", "1", "-n", "jobs@%h", "--without-gossip", "--without-mingle")
BEAT = (*CELERY, "beat", "--pidfile", "")
TRIGGERS = ("manage.py", "runtriggers")
NODE = ("manage.py", "runnode", "--name", "local")
GATEWAY = ("manage.py", "rungateway")
ROOT_IS_KNOWN = "ignore:You're running the worker with superuser privileges"
"""Who starts this as root on a machine of their own need not be told twice at every start."""
PREPARE = ("manage.py", "prepare", "--login-link")


def web_arguments(host: str, port: int) -> tuple[str, ...]:
    """Return the arguments of the web process."""
    return ("-m", "agentcluster.web", "-b", host, "-p", str(port))


def gateway_arguments(host: str, grpc_port: int, ws_port: int) -> tuple[str, ...]:
    """Return the arguments of the gateway."""
    return (*GATEWAY, "--host", host, "--grpc-port", str(grpc_port), "--ws-port", str(ws_port))


def prepare_spec(config: UpConfig, services: Services) -> ProcessSpec:
    """Return the one-shot process that readies the database and the static files."""
    return _spec("prepare", PREPARE, config, services)


def app_specs(config: UpConfig, services: Services) -> list[ProcessSpec]:
    """Return the long-running processes, first to start first."""
    return [
        _spec("node", NODE, config, services, grace_s=14),
        _spec("worker", ENGINE, config, services),
        _spec("jobs", JOBS, config, services),
        _spec(
            "web",
            web_arguments(config.host, config.port),
            config,
            services,
            live_url=f"{config.address}/health/live",
        ),
        _spec("triggers", TRIGGERS, config, services),
        _spec(
            "gateway", gateway_arguments(config.host, config.grpc_port, config.ws_port), config, services, grace_s=14
        ),
        _spec("beat", BEAT, config, services),
    ]


def _spec(
    name: str,
    arguments: Sequence[str],
    config: UpConfig,
    services: Services,
    *,
    grace_s: float = 12.0,
    live_url: str = "",
) -> ProcessSpec:
    environment = {
        "AGENTCLUSTER_HOME": str(config.home),
        "AGENTCLUSTER_PROCESS": name,
        "ALLOWED_HOSTS": os.environ.get("ALLOWED_HOSTS") or config.allowed_hosts,
        "DJANGO_SETTINGS_MODULE": "agentcluster.settings",
        # They all run on one machine: each takes a port that is free, and writes down which.
        "HEALTH_HOST": LOOPBACK,
        "HEALTH_PORT": "0",
        "LOG_FORMAT": "json",
        "NATS_URL": services.nats_url,
        "PYTHONFAULTHANDLER": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS") or ROOT_IS_KNOWN,
        "REDIS_URL": services.redis_url,
    }
    return ProcessSpec(name, [sys.executable, *arguments], environment, grace_s, live_url)
