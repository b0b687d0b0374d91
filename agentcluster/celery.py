"""The Celery application. Its messages are hints, never the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentcluster.settings")
app = Celery("agentcluster")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
