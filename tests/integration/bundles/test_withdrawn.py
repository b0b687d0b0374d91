"""What stands in the registry and the designer of bundles, before and after they are withdrawn."""

import asyncio
import io
import threading

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from agentcluster.messaging import connect
from agents.bundles import state
from agents.bundles.actions import upload_bundle as uploading
from agents.bundles.checking import check_bundle
from agents.cluster.heartbeat import manifest_bucket
from agents.domain.bundle import covered
from agents.domain.manifest import canonical
from agents.models import AgentVersion
from agents.registry.catalogue import newest, one
from agents.registry.errors import UnknownVersionError
from agents.registry.register import register
from agents.registry.resolve import latest, resolve
from agents.registry.sync import run_registrar
from agents.tools import builtin
from designer.actions.catalogue import current
from tests.unit.bundles.making import good

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_withdrawn_version_is_offered_nowhere(author, reviewer):
    digests = {}
    for version in ("1.0.0", "1.1.0"):
        digests[version] = author.upload(good(version=version)).json()["digest"]
        assert reviewer.decide(digests[version], "approve").status_code == 200
    assert (latest("word-count").version, current()["word-count"].latest) == ("1.1.0", "1.1.0")
    reviewer.decide(digests["1.1.0"], "quarantine")
    assert latest("word-count").version == "1.0.0"
    assert resolve("word-count", "^1.0").version == "1.0.0"
    with pytest.raises(UnknownVersionError):
        resolve("word-count", "1.1.0")
    assert newest(one("word-count")).version == "1.0.0"
    assert current()["word-count"].latest == "1.0.0"
    assert list(current()["word-count"].versions) == ["1.0.0"]
    rows = author.get("/api/v1/agents?search=word-count").json()["results"]
    assert rows[0]["latest"]["version"] == "1.0.0"
    reviewer.decide(digests["1.0.0"], "reject")
    assert "word-count" not in current()
    assert author.get("/api/v1/agents?search=word-count").json()["results"][0]["latest"] is None
    reviewer.decide(digests["1.1.0"], "approve")
    assert current()["word-count"].latest == "1.1.0"


def test_other_agents_are_allowed_as_ever():
    version = register(builtin(["csv-parse"])[0])
    assert state.allowed(version.identity)
    assert not state.allowed("agent://sha256:" + "0" * 64)
    assert state.statuses([version.identity]) == {}


def registered() -> int:
    try:
        return AgentVersion.objects.count()
    finally:
        connections.close_all()  # of a thread of its own


async def test_a_node_cannot_register_a_bundle_by_saying_so(nats_url, caplog):
    found = check_bundle(io.BytesIO(good()))
    [built_in] = builtin(["file-reader"])
    async with await connect(nats_url, "test") as bus:
        bucket = manifest_bucket(bus)
        for key in await bucket.keys():
            await bucket.delete(key)
        await bucket.put(found.identity.rpartition(":")[2], canonical(found.manifest))
        registrar = asyncio.create_task(run_registrar(bus))
        await bucket.put("f" * 64, canonical(built_in))
        async with asyncio.timeout(15):
            while "is skipped" not in caplog.text:  # noqa: ASYNC110 - another thread writes
                await asyncio.sleep(0.05)
        registrar.cancel()
        await asyncio.gather(registrar, return_exceptions=True)
        for key in await bucket.keys():
            await bucket.delete(key)
    assert caplog.text.count("is skipped") == 1
    assert await sync_to_async(registered)() == 0


def test_an_approved_bundle_has_the_identity_that_its_files_give(author, reviewer):
    found = check_bundle(io.BytesIO(good()))
    row = author.upload(good()).json()
    reviewer.decide(row["digest"], "approve")
    assert latest("word-count").identity == found.identity == row["identity"]
    assert register(found.manifest, covered(found.files)).identity == row["identity"]


def test_few_are_checked_at_a_time(author, monkeypatch):
    monkeypatch.setattr(uploading, "WAIT_S", 0.2)
    monkeypatch.setattr(uploading, "_turns", threading.BoundedSemaphore(1))
    with uploading._turn():
        answer = author.upload(good())
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_checks")
    assert answer.headers["Retry-After"]
    assert author.upload(good()).status_code == 201
