"""The registry in the admin panel: an operator finds, reads and edits; what is immutable stays."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agentcluster.up.embedded import free_port
from agents.admin import figures
from agents.cluster import snapshot
from agents.models import Agent, Capability
from agents.registry.register import register
from tests.integration.registry.conftest import CSV_PARSE, manifest

pytestmark = pytest.mark.django_db
LIST = "/admin/agents/agent/"


@pytest.fixture(autouse=True)
def live(nats_url, monkeypatch):
    monkeypatch.setattr(figures, "_seen", None)
    with override_settings(NATS_URL=nats_url):
        yield
    snapshot.close()


@pytest.fixture
def operator(client):
    """Staff with the permission to look at and change agents, and nothing else."""
    user = User.objects.create_user("operator", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="agents", codename__regex="view|change")
    )
    client.force_login(user)
    return client


def html(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_list_shows_titles_versions_capabilities_and_live_instances(operator):
    register(CSV_PARSE)
    page = html(operator.get(LIST))
    for part in ("Parse CSV", "csv-parse", "1.2.0", '<span class="ac-chip">table-read</span>', "enabled", ">0</span>"):
        assert part in page


def test_the_list_takes_the_same_queries_however_long_it_is(operator):
    register(CSV_PARSE)
    with CaptureQueriesContext(connection) as few:
        operator.get(LIST)
    for number in range(12):
        register(manifest(name=f"agent-{number}"))
    with CaptureQueriesContext(connection) as many:
        operator.get(LIST)
    assert len(many) <= len(few)


@pytest.mark.parametrize("search", ["csv", "解析", "table-read", "into a TABLE"])
def test_agents_are_found_in_any_language(operator, search):
    register(CSV_PARSE)
    register(manifest(name="other", title={"en": "Other"}, description={"en": "-"}, capabilities=("x",)))
    page = html(operator.get(LIST, {"q": search}))
    assert "Parse CSV" in page
    assert "Other" not in page


def test_filters_narrow_the_list(operator):
    register(CSV_PARSE)
    register(manifest(name="other", title={"en": "Other"}, category="text", capabilities=("x",)))
    capability = Capability.objects.get(name="x").pk
    for query in ("enabled__exact=1&category=text", f"versions__capabilities__id__exact={capability}"):
        page = html(operator.get(f"{LIST}?{query}"))
        assert ("Other" in page, "Parse CSV" in page) == (True, False), query


def test_the_detail_shows_versions_and_schemas(operator):
    agent = register(CSV_PARSE).agent
    register(manifest(version="1.3.0"))
    page = html(operator.get(reverse("admin:agents_agent_change", args=[agent.pk])))
    for part in ("1.3.0", "1.2.0", "<code>separator</code>", "default &quot;,&quot;", "required", "解析表格"):
        assert part in page


def test_texts_are_edited_by_language_and_found_afterwards(operator):
    agent = register(manifest(title={"en": "Parse CSV", "zh-Hans": "解析表格", "fr": "Lire"})).agent
    sent = {
        "title_en": "Read tables", "title_zh": "", "description_en": "Reads.", "description_zh": "读取",
        "category": "data", "icon": "table", "enabled": "on",
        "versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0",
    }  # fmt: skip
    answer = operator.post(reverse("admin:agents_agent_change", args=[agent.pk]), sent)
    assert answer.status_code == 302, answer.context["errors"]
    agent.refresh_from_db()
    assert agent.title == {"en": "Read tables", "fr": "Lire"}
    assert agent.description["zh-Hans"] == "读取"
    assert "Read tables" in html(operator.get(LIST, {"q": "读取 tables"}))
    assert LogEntry.objects.get().object_id == str(agent.pk)


def test_agents_are_disabled_and_enabled_together_with_history(operator):
    chosen = [register(manifest(name=name)).agent.pk for name in ("a", "b")]
    register(manifest(name="c"))
    operator.post(LIST, {"action": "disable", "_selected_action": chosen})
    assert sorted(Agent.objects.filter(enabled=False).values_list("name", flat=True)) == ["a", "b"]
    assert LogEntry.objects.count() == 2
    answer = operator.post(LIST, {"action": "enable", "_selected_action": chosen}, follow=True)
    assert "2 agents were enabled." in html(answer)
    assert not Agent.objects.filter(enabled=False).exists()


@pytest.mark.parametrize("model", ["agent", "agentversion", "intentschema", "capability"])
def test_nothing_can_be_added_or_deleted_by_hand(admin_client, model):
    register(CSV_PARSE)
    assert admin_client.get(f"/admin/agents/{model}/add/").status_code == 403
    assert admin_client.get(f"/admin/agents/{model}/1/delete/").status_code == 403
    assert "1" in html(admin_client.get(f"/admin/agents/{model}/"))


@pytest.mark.parametrize("model", ["agentversion", "intentschema"])
def test_versions_and_schemas_cannot_be_changed(admin_client, model):
    version = register(CSV_PARSE)
    pk = version.pk if model == "agentversion" else version.intent_schema_id
    where = reverse(f"admin:agents_{model}_change", args=[pk])
    assert "separator" in html(admin_client.get(where))
    assert admin_client.post(where, {"version": "9.9.9"}).status_code == 403


def test_the_manifest_is_shown_whole_and_escaped(admin_client):
    version = register(manifest(description={"en": "<script>alert(1)</script>"}))
    page = html(admin_client.get(reverse("admin:agents_agentversion_change", args=[version.pk])))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert version.identity in page


def test_the_overview_shows_figures(admin_client):
    register(CSV_PARSE)
    answer = admin_client.get("/admin/")
    cards = {str(card["title"]): card["figure"] for card in answer.context["cards"]}
    assert cards == {"Agents": 1, "Nodes at work": 0, "Calls in work": 0, "Runs going on": 0, "Runs begun today": 0}


def test_without_nats_the_panel_says_what_it_does_not_know(admin_client, monkeypatch):
    register(CSV_PARSE)
    with override_settings(NATS_URL=f"nats://127.0.0.1:{free_port()}"):
        assert "unknown" in html(admin_client.get(LIST))
        assert "Nothing is known of the nodes" in html(admin_client.get("/admin/"))


def test_the_schema_table_follows_nesting_lists_and_alternatives():
    from agents.admin.render import fields

    schema = json.loads("""{"type": "object", "required": ["rows"], "properties": {
        "rows": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {"a": {"enum": ["x", 1]}}}},
        "how": {"oneOf": [{"type": "string"}]},
        "table": {"type": "object", "x-type": "table", "properties": {"columns": {}}},
        "maybe": {"type": ["string", "null"], "maxLength": 9}}}""")
    assert [(row["name"], row["type"], row["required"], row["rules"]) for row in fields(schema)] == [
        ("rows", "list of object", True, ["items ≥ 1"]),
        ("rows[].a", "any", False, ['one of "x", 1']),
        ("how", "one of several", False, []),
        ("table", "table", False, []),
        ("maybe", "string or null", False, ["length ≤ 9"]),
    ]
