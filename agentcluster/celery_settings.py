"""Celery's settings. Its messages are hints: what is lost or comes twice must do no harm, yet little should be lost."""

from typing import Any
from urllib.parse import urlsplit

from kombu.entity import Queue

CELERY_TASK_QUEUES = tuple(Queue(name) for name in ("jobs", "runs"))  # type: ignore[no-untyped-call]
CELERY_TASK_DEFAULT_QUEUE = "jobs"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"

CELERY_BEAT_SCHEDULER = "designer.triggers.scheduler:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 2
"""Seconds until beat heeds a schedule that was changed in the database."""
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "triggers.sweep": {"task": "triggers.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "designer.sweep_bulk": {"task": "designer.sweep_bulk", "schedule": 30.0, "options": {"expires": 30}},
    "bundles.reconcile": {"task": "bundles.reconcile", "schedule": 30.0, "options": {"expires": 30}},
    "bundles.sweep": {"task": "bundles.sweep", "schedule": 3600.0, "options": {"expires": 3600}},
    "triggers.prune": {"task": "triggers.prune", "schedule": 3600.0, "options": {"expires": 3600}},
}

CELERY_TASK_IGNORE_RESULT = True
"""Nobody waits for results, and a result key for every task would fill Redis."""
CELERY_TASK_ACKS_LATE = True
"""Acknowledge after the work, not before: a killed worker's task comes again."""
CELERY_TASK_REJECT_ON_WORKER_LOST = True
"""A child process that was killed counts as a killed worker, too."""
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
"""With late acknowledgement a prefetched task is one that waits behind a long one for no reason."""
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
"""After a lost broker connection a late-acknowledged task is delivered again: stop the first one."""
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_TASK_SOFT_TIME_LIMIT = 25 * 60
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 3600,  # seconds; above every task's time limit, or Redis would deliver it twice
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 15,
}


def broker_url(redis_url: str) -> str:
    """Return ``REDIS_URL`` in the words of Celery's Redis transport."""
    parts = urlsplit(redis_url)
    if parts.scheme == "sentinel":
        login, _, hosts = parts.netloc.rpartition("@")
        db = parts.path.strip("/").partition("/")[2] or "0"
        return ";".join(f"sentinel://{login}{'@' if login else ''}{host}/{db}" for host in hosts.split(","))
    if parts.scheme == "unix":
        return redis_url.replace("unix://", "redis+socket://", 1)
    if parts.scheme == "rediss" and "ssl_cert_reqs" not in parts.query:
        return f"{redis_url}{'&' if parts.query else '?'}ssl_cert_reqs=required"
    return redis_url


def transport_options(redis_url: str) -> dict[str, Any]:
    """Return the transport options for ``REDIS_URL``."""
    parts = urlsplit(redis_url)
    master = {"master_name": parts.path.strip("/").partition("/")[0]} if parts.scheme == "sentinel" else {}
    return CELERY_BROKER_TRANSPORT_OPTIONS | master
