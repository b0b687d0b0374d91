"""The Celery application. Its messages are hints, never the truth."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentcluster.settings")
app = Celery("agentcluster")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def keep_logging(**_: object) -> None:
    """Leave logging as Django's settings set it up; a receiver alone keeps Celery's own set-up away."""


setup_logging.connect(keep_logging)
app.steps["worker"].add("agentcluster.health.celery_steps:HealthStep")
app.steps["consumer"].add("agentcluster.health.celery_steps:PulseStep")
app.steps["worker"].add("designer.engine.bootstep:EngineStep")
app.steps["worker"].add("designer.archive.bootstep:SweepStep")
