"""Ended runs with logs, and what sweeps them."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from agentcluster.ids import first_id_of, new_id
from agentcluster.security.models import Membership, Project, Role
from agentcluster.streams import keys
from agentcluster.streams.shared import shared_client
from agents.domain.calls import CallError
from designer.archive.archiver import archive_batch
from designer.archive.models import RetentionPolicy
from designer.domain.events import RunCompleted, RunFailed, RunStarted, StepCompleted, StepStarted
from designer.models import Run, Workflow
from tests.integration.api.records import write_log


@pytest.fixture
def client(settings, redis_url):
    settings.REDIS_URL = redis_url
    found = shared_client()
    found.flushdb()
    return found


@pytest.fixture(autouse=True)
def default_policy(request):
    """The policy that a migration makes: a test that empties the database, as those with threads do, takes it away."""
    if {"db", "transactional_db", "project"} & set(request.fixturenames) or request.node.get_closest_marker(
        "django_db"
    ):
        request.getfixturevalue("transactional_db" if "transactional_db" in request.fixturenames else "db")
        if not RetentionPolicy.objects.exists():
            module = import_module("designer.archive.migrations.0002_default_policy")
            module.add(apps, SimpleNamespace(connection=connection))


@pytest.fixture
def project(db):
    return Project.objects.create(slug="sales", name="Sales")


@pytest.fixture
def workflow(project):
    workflow = Workflow.objects.create(project=project, name="w", title="W")
    workflow.versions.create(digest="sha256:0", graph={"nodes": [], "edges": []})
    return workflow


def steps(count, **output):
    """Events of steps that a node has worked on."""
    made = []
    for number in range(count):
        call = {"call_id": f"call-{number}", "agent": "a", "version": "1", "instance": "i", "host": "h"}
        made.append(StepStarted(f"step_{number}", 1, **call))
        made.append(StepCompleted(f"step_{number}", {"number": number, **output}))
    return made


def make_run(workflow, *, days=0.0, minutes=5.0, status="completed", count=2, log=True, **fields):
    """A run that ended some time ago, as Redis and SQL have it."""
    ended = timezone.now() - timedelta(days=days, minutes=minutes)
    pk = first_id_of(int(ended.timestamp() * 1000))[:10] + new_id()[10:]
    version = workflow.versions.first()
    run = Run.objects.create(
        **{"pk": pk, "project": workflow.project, "workflow": workflow, "version": version, "status": status},
        **{"ended_at": ended, "started_at": ended, **fields},
    )
    if log:
        end = RunCompleted({"ok": True}) if status == "completed" else RunFailed(CallError("broken", "It broke."))
        started = RunStarted(run.pk, run.workflow_id, run.version_id, fields.get("input", {}))
        write_log(run, [started, *steps(count, **fields.get("output", {}) or {}), end])
    return run


@pytest.fixture
def ended(client, workflow):
    """Makes ended runs."""

    def make(**fields):
        return make_run(workflow, **fields)

    return make


def archive(client, after_s=60.0):
    """Archive everything that is due; return how many runs."""
    cutoff = timezone.now() - timedelta(seconds=after_s)
    total, position = 0, None
    while True:
        batch = archive_batch(client, cutoff, position)
        total += batch.runs
        position = batch.position
        if position is None:
            return total


def in_redis(client, run):
    return bool(client.exists(keys.log(run.pk)))


@pytest.fixture
def api_of(project):
    """Makes a client of somebody with a role in the project."""

    def make(role=Role.OWNER, name="ada", **fields):
        user = User.objects.create_user(name, **fields)
        if role:
            Membership.objects.create(project=project, user=user, role=role)
        api = APIClient()
        api.force_authenticate(user)
        return api

    return make
