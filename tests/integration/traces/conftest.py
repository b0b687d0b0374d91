"""Runs with logs, and an ASGI client that listens to them."""

import json

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User

from agentcluster.asgi import application
from agentcluster.security import tokens
from agentcluster.security.models import Membership, Project, Role
from designer.domain.events import RunCompleted, RunStarted, StepCompleted
from designer.models import Run, Workflow
from tests.integration.api.records import write_log


@pytest.fixture
def run(transactional_db, settings, redis_url):
    settings.REDIS_URL = redis_url
    project = Project.objects.create(slug="sales", name="Sales")
    workflow = Workflow.objects.create(project=project, name="w", title="W")
    version = workflow.versions.create(digest="sha256:0", graph={})
    return Run.objects.create(project=project, workflow=workflow, version=version)


@pytest.fixture
def viewer(run):
    user = User.objects.create_user("val")
    Membership.objects.create(project=run.project, user=user, role=Role.VIEWER)
    return user


@pytest.fixture
def bearer(viewer):
    return [(b"authorization", f"Bearer {tokens.create(viewer, 'test')}".encode()), (b"host", b"localhost")]


def events(run, count):
    """A run of ``count`` events, the last of them terminal."""
    started = RunStarted(run.pk, run.workflow_id, run.version_id, {})
    steps = [StepCompleted(f"step_{number}", {"number": number}) for number in range(count - 2)]
    return [started, *steps, RunCompleted({"done": True})]


write = sync_to_async(write_log)


class Listener:
    """A browser that listens to a run: collects events, acknowledges when told to."""

    def __init__(self, run_id, headers, after=None):
        query = "" if after is None else f"?after={after}"
        self.socket = WebsocketCommunicator(application, f"/ws/runs/{run_id}/{query}", headers=headers)
        self.events, self.end, self.close_code, self.error = [], None, None, None

    async def __aenter__(self):
        connected, code = await self.socket.connect(timeout=5)
        self.connected, self.close_code = connected, None if connected else code
        return self

    async def __aexit__(self, *_):
        await self.socket.disconnect()

    async def take(self):
        """Take one message; False when the socket has closed."""
        message = await self.socket.receive_output(5)
        if message["type"] == "websocket.close":
            self.close_code = message["code"]
            return False
        body = json.loads(message["text"])
        if body["type"] == "events":
            assert body["cursor"] == body["events"][-1]["seq"]
            self.events += body["events"]
        elif body["type"] == "end":
            self.end = body["status"]
        else:
            self.error = body["code"]
        return True

    async def acknowledge(self):
        await self.socket.send_json_to({"type": "ack", "cursor": self.events[-1]["seq"]})

    async def until_closed(self):
        while await self.take():
            if self.events and self.end is None:
                await self.acknowledge()
        return self

    @property
    def seqs(self):
        return [event["seq"] for event in self.events]
