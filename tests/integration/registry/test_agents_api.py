"""``/agents`` and ``/nodes`` over HTTP."""

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from agentcluster.up.embedded import free_port
from agents.cluster import snapshot
from agents.models import Agent
from agents.registry.register import register
from tests.integration.registry.conftest import CSV_PARSE, manifest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def live(nats_url):
    with override_settings(NATS_URL=nats_url):
        yield
    snapshot.close()


def names(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


def test_the_list_shows_each_agent_with_its_newest_version(api):
    register(CSV_PARSE)
    register(manifest(version="1.10.0"))
    (row,) = api.get("/api/v1/agents").json()["results"]
    assert row["latest"]["version"] == "1.10.0"
    assert row["latest"]["intent"]["input"] == CSV_PARSE.intent.input
    assert row["latest"]["limits"] == {
        **{"memory_mib": 1024, "cpu_s": 120.0, "timeout_s": 300.0, "concurrency": 4},
        **{"pids": 64, "open_files": 256, "disk_mib": 256},
    }
    assert row["capabilities"] == ["csv-parse", "table-read"]
    assert row["live_instances"] == 0


def test_the_list_takes_the_same_queries_for_one_agent_as_for_many(api):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.get("/api/v1/agents")
        return len(captured)

    register(CSV_PARSE)
    one = queries()
    for number in range(15):
        register(manifest(name=f"agent-{number}", version="1.0.0"))
        register(manifest(name=f"agent-{number}", version="1.1.0"))
    assert queries() == one


@pytest.mark.parametrize("search", ["csv", "PARSE", "解析", "表格 csv", "table-read"])
def test_agents_are_found_by_words_in_any_language(api, search):
    register(CSV_PARSE)
    register(manifest(name="http-client", title={"en": "Call"}, description={"en": "Calls."}, capabilities=("http",)))
    assert names(api.get("/api/v1/agents", {"search": search})) == ["csv-parse"]


def test_agents_are_filtered_by_capability_of_the_newest_version_category_and_state(api):
    register(CSV_PARSE)
    register(manifest(version="2.0.0", capabilities=("csv-parse",)))
    register(manifest(name="text", category="text", capabilities=("table-read",)))
    assert names(api.get("/api/v1/agents?capability=table-read")) == ["text"]
    assert names(api.get("/api/v1/agents?category=data")) == ["csv-parse"]
    Agent.objects.filter(name="text").update(enabled=False)
    assert names(api.get("/api/v1/agents")) == ["csv-parse"]
    assert names(api.get("/api/v1/agents?enabled=all")) == ["csv-parse", "text"]
    assert api.get("/api/v1/agents?enabled=perhaps").json()["errors"][0]["field"] == "/enabled"


def test_pages_follow_each_other(api):
    for number in range(5):
        register(manifest(name=f"agent-{number}"))
    first = api.get("/api/v1/agents?limit=3").json()
    second = api.get(first["next"]).json()
    assert [row["name"] for row in first["results"] + second["results"]] == [f"agent-{n}" for n in range(5)]
    assert second["next"] is None
    assert second["previous"]


def test_one_agent_shows_its_versions_and_instances(api):
    register(CSV_PARSE)
    register(manifest(version="1.3.0"))
    row = api.get("/api/v1/agents/csv-parse").json()
    assert [version["version"] for version in row["versions"]] == ["1.3.0", "1.2.0"]
    assert row["versions"][0]["created_at"]
    assert (row["instances"], row["live"]) == ([], True)


def test_an_unknown_agent_is_a_problem(api):
    answer = api.get("/api/v1/agents/no-such")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_agent")


def test_without_nats_the_registry_answers_and_says_what_it_does_not_know(api):
    register(CSV_PARSE)
    with override_settings(NATS_URL=f"nats://127.0.0.1:{free_port()}"):
        agents = api.get("/api/v1/agents").json()
        nodes = api.get("/api/v1/nodes").json()
    assert agents["results"][0]["live_instances"] is None
    assert (agents["live"], nodes["live"], nodes["results"]) == (False, False, [])
    assert agents["live_detail"]


def test_no_nodes_is_an_empty_list(api):
    assert api.get("/api/v1/nodes").json()["results"] == []
