"""Runs can be taken along, from Redis as from the archive."""

import json

import pytest
from asgiref.sync import sync_to_async

from agentcluster.security.models import Role
from tests.integration.archive.conftest import archive

pytestmark = pytest.mark.django_db(transaction=True)


async def body_of(api, url):
    answer = await sync_to_async(api.get)(url)
    assert answer.status_code == 200, answer.content
    return b"".join([piece async for piece in answer]), answer


@pytest.mark.parametrize("archived", [False, True])
async def test_a_run_is_exported_whole(client, ended, api_of, archived):
    run = await sync_to_async(ended)(count=250)
    api = await sync_to_async(api_of)(Role.VIEWER)
    if archived:
        assert await sync_to_async(archive)(client) == 1
    body, answer = await body_of(api, f"/api/v1/runs/{run.pk}/export")
    document = json.loads(body)
    assert document["format"] == "agentcluster.run/v1"
    assert (document["run"]["id"], document["run"]["status"]) == (run.pk, "completed")
    assert document["graph"] == {"nodes": [], "edges": []}
    assert [record["seq"] for record in document["records"]] == list(range(1, 503))
    assert answer["Content-Disposition"] == f'attachment; filename="run-{run.pk}.json"'


async def test_many_runs_are_exported_as_lines(client, ended, api_of):
    make = sync_to_async(lambda: [ended(minutes=minute + 2) for minute in range(60)])
    runs = await make()
    failed = await sync_to_async(ended)(status="failed")
    api = await sync_to_async(api_of)(Role.VIEWER)
    await sync_to_async(archive)(client, 20 * 60)
    body, _ = await body_of(api, "/api/v1/runs/export?status=completed")
    lines = [json.loads(line) for line in body.splitlines()]
    assert [line["run"]["id"] for line in lines] == sorted((run.pk for run in runs), reverse=True)
    assert all(len(line["records"]) == 6 for line in lines)
    body, _ = await body_of(api, "/api/v1/runs/export?status=failed&records=false")
    (line,) = [json.loads(line) for line in body.splitlines()]
    assert (line["run"]["id"], "records" in line) == (failed.pk, False)


async def test_nobody_exports_what_they_may_not_see(client, ended, api_of):
    run = await sync_to_async(ended)()
    stranger = await sync_to_async(api_of)(None, "stranger")
    answer = await sync_to_async(stranger.get)(f"/api/v1/runs/{run.pk}/export")
    assert answer.status_code == 404
    assert (await body_of(stranger, "/api/v1/runs/export"))[0] == b""


async def test_a_filter_that_means_nothing_is_refused(client, api_of):
    api = await sync_to_async(api_of)()
    assert (await sync_to_async(api.get)("/api/v1/runs/export?status=exploded")).status_code == 400
