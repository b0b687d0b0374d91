"""Deployments over REST and in the admin panel: who may, what is refused, what is written down, what nodes get."""

import asyncio

import msgspec
import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from rest_framework.test import APIClient

from agentcluster.messaging import connect
from agents.bundles import signals
from agents.cluster import snapshot
from agents.cluster.placement import placement_bucket
from agents.domain.manifest import Manifest, identity
from agents.domain.placement import Deployment as Wanted
from agents.domain.placement import wanted_key
from agents.models import AgentVersion
from agents.placement import pushing
from agents.placement.models import Change, Deployment
from agents.registry.register import register
from designer.models import AuditEntry
from tests.agents.manifests import manifest
from tests.contracts import bind
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
V1 = manifest("echo", schema={"type": "object"})
V2 = msgspec.structs.replace(V1, version="2.0.0")


@pytest.fixture(autouse=True)
def nats(settings, nats_url):
    settings.NATS_URL = nats_url
    yield
    snapshot.close()


@pytest.fixture
def api() -> APIClient:
    client = APIClient()
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


@pytest.fixture
def other() -> APIClient:
    client = APIClient()
    client.force_login(User.objects.create_user("bob"))
    return client


def in_nats(nats_url: str, version: Manifest) -> Wanted | None:
    async def read() -> bytes | None:
        async with await connect(nats_url, "test") as bus:
            return await placement_bucket(bus).get(wanted_key(version.name, identity(version)))

    value = asyncio.run(read())
    return msgspec.json.decode(value, type=Wanted) if value else None


ROLL_BACK = "/api/v1/deployments/echo/rollback"


def put(api: APIClient, version: str = "1.2.0", agent: str = "echo", **body):
    return api.put(f"/api/v1/deployments/{agent}/{version}", body, format="json")


def test_a_deployment_is_written_down_and_given_to_the_nodes_at_once(api, nats_url):
    register(V1)
    row = put(api, replicas=3, where={"region": "eu", "nodes": []}, weight=20).json()
    assert (row["replicas"], row["where"], row["weight"], row["changed_by"]) == (3, {"region": "eu"}, 20, "ada")
    assert row["status"] in ("starting", "short")
    wait_until(lambda: api.get("/api/v1/deployments").json()["results"][0]["reason"] == "No node is running.")
    given = in_nats(nats_url, V1)
    assert given is not None
    assert (given.replicas, given.where.region, given.weight, given.by) == (3, "eu", 20, "ada")
    assert (given.runtime, given.memory_mib) == ("builtin", 1024)
    put(api, replicas=5)
    again = in_nats(nats_url, V1)
    assert again is not None
    assert (again.replicas, again.where.region, again.weight) == (5, "eu", 20)
    assert again.revision > given.revision
    assert [(change.action, change.replicas) for change in Change.objects.all()] == [("change", 5), ("create", 3)]
    assert list(
        AuditEntry.objects.filter(action__startswith="deployment.").order_by("id").values_list("action", flat=True)
    ) == [
        "deployment.create",
        "deployment.change",
    ]
    listed = api.get("/api/v1/deployments/echo/changes").json()["results"]
    assert [(row["action"], row["by"]) for row in listed] == [("change", "ada"), ("create", "ada")]


def test_the_same_again_changes_nothing(api):
    register(V1)
    put(api, replicas=2)
    put(api, replicas=2)
    assert Change.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"replicas": -1}, "/replicas"),
        ({"replicas": 257}, "/replicas"),
        ({"replicas": "many"}, "/replicas"),
        ({}, "/replicas"),
        ({"replicas": 1, "weight": 101}, "/weight"),
        ({"replicas": 1, "where": {"planet": "mars"}}, "/where/planet"),
        ({"replicas": 1, "where": {"nodes": "a"}}, "/where/nodes"),
        ({"replicas": 1, "where": {"nodes": ["A B"]}}, "/where/nodes/0"),
        ({"replicas": 1, "where": {"region": 3}}, "/where/region"),
        ({"replicas": 1, "where": "eu"}, "/where"),
    ],
)
def test_what_nodes_could_not_follow_is_refused_by_field(api, body, field):
    register(V1)
    answer = put(api, **body)
    assert answer.status_code in (400, 422)
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Deployment.objects.exists()


def test_unknown_agents_versions_and_remote_agents_are_refused(api):
    register(V1)
    register(msgspec.structs.replace(manifest("counted", schema={"type": "object"}), runtime="remote", entry_point=""))
    assert put(api, replicas=1, agent="nobody").json()["code"] == "unknown_agent"
    assert put(api, "9.9.9", replicas=1).json()["code"] == "unknown_version"
    refused = put(api, replicas=1, agent="counted")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_deployable")
    assert api.delete("/api/v1/deployments/echo/1.2.0").json()["code"] == "unknown_deployment"


def test_a_bundle_that_was_not_approved_is_refused(api):
    register(msgspec.structs.replace(V1, runtime="bundle"), {"main.py": "sha256:" + "0" * 64})
    refused = put(api, replicas=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_deployable")
    assert "approve it first" in refused.json()["detail"]


def test_a_rollback_moves_all_replicas_to_the_named_version(api, nats_url):
    register(V1)
    register(V2)
    put(api, replicas=3, where={"region": "eu"})
    row = api.post("/api/v1/deployments/echo/rollback", {"version": "2.0.0"}, format="json").json()
    assert (row["version"], row["replicas"], row["where"]) == ("2.0.0", 3, {"region": "eu"})
    one, two = in_nats(nats_url, V1), in_nats(nats_url, V2)
    assert one is not None
    assert two is not None
    assert (one.replicas, two.replicas) == (0, 3)
    back = api.post("/api/v1/deployments/echo/rollback", {"version": "1.2.0"}, format="json").json()
    assert (back["version"], back["replicas"]) == ("1.2.0", 3)
    again = api.post("/api/v1/deployments/echo/rollback", {"version": "1.2.0"}, format="json")
    assert again.json()["code"] == "not_deployable"


def test_a_withdrawn_bundle_ends_at_once(api, nats_url):
    version = register(V1)
    put(api, replicas=3)
    signals.bundle_withdrawn.send_robust(None, identity=version.identity, agent="echo", version="1.2.0", user=None)
    given = in_nats(nats_url, V1)
    assert given is not None
    assert (given.replicas, given.withdrawn) == (0, True)


def test_only_staff_and_holders_of_the_permission_change_anything(api, other, nats_url):
    register(V1)
    for answer in (
        put(other, replicas=1),
        other.delete("/api/v1/deployments/echo/1.2.0"),
        other.post("/api/v1/deployments/echo/rollback", {"version": "1.2.0"}, format="json"),
        other.post("/api/v1/nodes/local/drain", {"on": True}, format="json"),
        other.post("/api/v1/nodes/local/stop"),
        other.post("/api/v1/instances/echo-1/restart"),
        other.post("/api/v1/instances/echo-1/stop"),
        other.post("/api/v1/instances/echo-1/migrate", {}, format="json"),
        other.get("/api/v1/instances/echo-1/logs"),
        other.get("/api/v1/instances/ended"),
        other.post("/api/v1/agents", REMOTE, format="json"),
    ):
        assert answer.status_code == 403, answer.content
    assert other.get("/api/v1/deployments").status_code == 200
    User.objects.get(username="bob").user_permissions.add(Permission.objects.get(codename="change_deployment"))
    assert put(other, replicas=1).status_code == 200
    assert other.get("/api/v1/instances/echo-1/logs").json()["code"] == "instance_gone"
    assert other.get("/api/v1/instances/ended").json()["results"] == []


def test_nodes_and_instances_that_are_not_there_are_said_to_be_gone(api):
    assert api.get("/api/v1/nodes/nowhere").json()["code"] == "unknown_node"
    assert api.post("/api/v1/nodes/nowhere/drain", {"on": True}, format="json").json()["code"] == "unknown_node"
    assert api.get("/api/v1/instances/echo-1/logs").json()["code"] == "instance_gone"
    assert api.get("/api/v1/instances/echo-1/logs?after=x").json()["code"] == "bad_input"
    assert api.get("/api/v1/instances/ended?node=nowhere").json()["code"] == "unknown_node"
    assert api.post("/api/v1/instances/echo-1/restart").status_code == 404


def test_without_nats_the_will_is_kept_and_what_is_not_known_is_said(api, settings, nats_url):
    register(V1)
    snapshot.close()
    settings.NATS_URL = "nats://127.0.0.1:1"
    row = put(api, replicas=2).json()
    assert (row["replicas"], row["status"]) == (2, "starting")
    assert "cannot be reached" in row["reason"]
    assert api.get("/api/v1/deployments").json()["live"] is False
    assert api.post("/api/v1/instances/echo-1/restart").status_code == 503
    snapshot.close()
    settings.NATS_URL = nats_url

    async def once() -> None:
        async with await connect(nats_url, "test") as bus:
            task = asyncio.create_task(pushing.run_placement(bus))
            await asyncio.sleep(5)
            task.cancel()

    asyncio.run(once())
    given = in_nats(nats_url, V1)
    assert given is not None
    assert given.replicas == 2


REMOTE = {
    "name": "data-analyzer-v2",
    "capabilities": ["csv-parse", "plotly-render"],
    "intent_schema": {"input": "string", "output_format": "json|png"},
}


def test_a_remote_agent_is_registered_once(api):
    first = api.post("/api/v1/agents", REMOTE, format="json")
    assert first.status_code == 201, first.content
    (version,) = first.json()["versions"]
    assert (version["runtime"], version["bundle_status"], version["deployment"]) == ("remote", None, None)
    assert version["intent"]["input"]["properties"]["input"]["type"] == "string"
    assert api.post("/api/v1/agents", REMOTE, format="json").status_code == 200
    other = api.post("/api/v1/agents", {**REMOTE, "capabilities": ["csv-parse"]}, format="json")
    assert (other.status_code, other.json()["code"]) == (409, "version_taken")
    bad = api.post("/api/v1/agents", {**REMOTE, "name": "Bad Name", "capabilities": ["A B"]}, format="json")
    assert bad.json()["code"] == "invalid_manifest"
    assert {error["field"] for error in bad.json()["errors"]} == {"/name", "/capabilities/0"}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"limits": {"memory": 1}}, "/limits/memory"),
        ({"limits": {"concurrency": 1.5}}, "/limits/concurrency"),
        ({"limits": {"pids": "nan"}}, "/limits/pids"),
        ({"limits": {"cpu_s": "nan"}}, "/limits/cpu_s"),
        ({"limits": {"timeout_s": -1}}, "/limits/timeout_s"),
        ({"cost": "nan"}, "/cost"),
    ],
)
def test_limits_that_make_no_sense_are_refused_by_field(api, fields, where):
    answer = api.post("/api/v1/agents", REMOTE | fields, format="json")
    assert answer.status_code in (400, 422)
    assert [error["field"] for error in answer.json()["errors"]] == [where]


def test_limits_of_a_remote_agent_can_be_read_again(api):
    api.post("/api/v1/agents", {**REMOTE, "limits": {"concurrency": 2, "timeout_s": 5}}, format="json")
    limits = msgspec.convert(AgentVersion.objects.get().manifest, Manifest).limits
    assert (limits.concurrency, limits.timeout_s) == (2, 5.0)


def test_a_remote_agent_cannot_take_the_name_of_one_that_nodes_run(api):
    register(V1)
    taken = api.post("/api/v1/agents", {**REMOTE, "name": V1.name, "version": "9.0.0"}, format="json")
    assert (taken.status_code, taken.json()["code"]) == (422, "invalid_manifest")
    assert [(error["field"], error["code"]) for error in taken.json()["errors"]] == [("/name", "name_taken")]
    assert [row["version"] for row in api.get(f"/api/v1/agents/{V1.name}").json()["versions"]] == [V1.version]


def test_a_bundles_scratch_folder_counts_against_the_memory_of_its_node():
    limits = msgspec.structs.replace(V1.limits, memory_mib=32, disk_mib=400)
    bundle = msgspec.structs.replace(V1, runtime="bundle", limits=limits)
    register(bundle)
    Deployment.objects.create(agent=V1.name, version=V1.version, identity=identity(bundle), replicas=1)
    assert [wanted.memory_mib for wanted in pushing.load().values()] == [432]


def test_the_admin_panel_shows_scales_and_orders(api):
    register(V1)
    register(V2)
    put(api, replicas=2)
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    page = client.get("/admin/placement/deployment/")
    assert page.status_code == 200
    assert "echo@1.2.0" in page.content.decode()
    row = Deployment.objects.get()
    client.post("/admin/placement/deployment/", {"action": "one_more", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.replicas == 3
    assert client.get(f"/admin/placement/deployment/{row.pk}/change/").status_code == 200
    changed = {"replicas": "1", "weight": "50", "region": "eu", "role": "", "nodes": "a, b", "not_nodes": ""}
    done = client.post(f"/admin/placement/deployment/{row.pk}/change/", {**changed, **INLINE})
    assert done.status_code == 302, done.content.decode()[:2000]
    row.refresh_from_db()
    assert (row.replicas, row.weight, row.where) == (1, 50, {"region": "eu", "nodes": ["a", "b"]})
    added = client.post("/admin/placement/deployment/add/", {**changed, "agent": "echo", "version": "2.0.0"})
    assert added.status_code == 302, added.content.decode()[:2000]
    refused = client.post("/admin/placement/deployment/add/", {**changed, "agent": "nobody", "version": "2.0.0"})
    assert "There is no agent" in refused.content.decode()
    nodes = client.get("/admin/placement/deployment/nodes/")
    assert nodes.status_code == 200
    gone = client.post("/admin/placement/deployment/nodes/", {"order": "node:drain", "node": ["nowhere"]}, follow=True)
    assert "There is no node" in gone.content.decode()
    client.post("/admin/placement/deployment/", {"action": "end", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.replicas == 0


INLINE = {
    "changes-TOTAL_FORMS": "0",
    "changes-INITIAL_FORMS": "0",
    "changes-MIN_NUM_FORMS": "0",
    "changes-MAX_NUM_FORMS": "0",
}


def test_a_version_that_fits_its_contract_no_more_gets_no_more_instances(api):
    register(V1)
    register(V2)
    assert put(api, replicas=2).status_code == 200
    bind("agent.echo.input")
    for refused in (put(api, replicas=3), put(api, "2.0.0", replicas=1), api.post(ROLL_BACK, {"version": "2.0.0"})):
        assert (refused.status_code, refused.json()["code"]) == (422, "contract_mismatch"), refused.content
        assert refused.json()["errors"][0]["field"].startswith("/intent/input")
    assert put(api, replicas=2, weight=5).status_code == 200
    assert put(api, replicas=1).json()["replicas"] == 1
    assert Deployment.objects.filter(version="2.0.0").count() == 0


def test_the_admin_panel_says_so_too():
    register(V1)
    bind("agent.echo.input")
    admin = Client()
    admin.force_login(User.objects.create_superuser("root"))
    form = {"agent": "echo", "version": "1.2.0", "replicas": 1, "weight": 100, **INLINE}
    answer = admin.post("/admin/placement/deployment/add/", form)
    assert answer.status_code == 200
    assert "do not fit its contracts" in answer.content.decode()
    assert Deployment.objects.count() == 0
