"""Logging of every process: JSON lines with ``LOG_FORMAT=json``, readable lines otherwise; level by ``LOG_LEVEL``.

A JSON line is ``{"timestamp": "2026-01-31T09:30:00.123456Z", "level": "info", "process": "web",
"logger": "designer.engine", "event": "…", …fields}``, with ``exception`` (text) when there was one.
"""

import logging
import logging.config
import os
import sys
from typing import Any

import structlog

LEVELS = ("debug", "info", "warning", "error", "critical")
FORMATS = ("readable", "json")
QUIET = {
    "asyncio": "WARNING",
    "axes": "WARNING",
    "celery.redirected": "WARNING",
    "celery.worker.strategy": "WARNING",
    "celery.app.trace": "WARNING",
    "choreographer": "WARNING",
    "daphne": "WARNING",
    "django.channels.server": "WARNING",
    "django.request": "ERROR",
    "django.server": "WARNING",
    "httpcore": "WARNING",
    "httpx": "WARNING",
    "kaleido": "WARNING",
    "logistro": "WARNING",
    "nats": "WARNING",
    "twisted": "WARNING",
}
"""Loggers that speak of every request or task; ``LOG_LEVEL=debug`` opens them."""


def process_name() -> str:
    """Return the name this process logs under: ``AGENTCLUSTER_PROCESS``, or the command it was started as."""
    given = os.environ.get("AGENTCLUSTER_PROCESS")
    if given:
        return given
    return sys.argv[1] if len(sys.argv) > 1 and sys.argv[0].endswith("manage.py") else os.path.basename(sys.argv[0])


def level() -> str:
    """Return ``LOG_LEVEL`` as the standard library spells it; anything unknown means INFO."""
    wanted = os.environ.get("LOG_LEVEL", "info").lower()
    return wanted.upper() if wanted in LEVELS else "INFO"


def configure(process: str) -> None:
    """Log as ``process`` from now on; for programs that are not started through Django's settings."""
    os.environ["AGENTCLUSTER_PROCESS"] = process
    apply(logging_config())


def apply(config: dict[str, Any]) -> None:
    """Set up the standard library and structlog alike; Django calls this as its ``LOGGING_CONFIG``."""
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_config() -> dict[str, Any]:
    """Return the ``LOGGING`` setting for this process."""
    chosen = level()
    quiet = {} if chosen == "DEBUG" else QUIET
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [structlog.stdlib.ExtraAdder(), *_shared()],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *_rendering(),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": chosen},
        "loggers": {name: {"level": least} for name, least in quiet.items()},
    }


def _shared() -> list[Any]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_process,
    ]


def _add_process(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event["process"] = process_name()
    return event


def _rendering() -> list[Any]:
    if os.environ.get("LOG_FORMAT") == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    colours = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    return [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)]
