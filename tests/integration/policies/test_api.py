"""The policy centre over REST: who may, what is refused, what two editors get, the way back."""

import json
import threading

import pytest
from django.db import connection

from agents.domain.policy import Subject
from agents.policies import live
from agents.policies.models import PolicySetVersion
from designer.models import AuditEntry
from tests.integration.policies.conftest import put

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = {"kind": "rate_limit", "spec": {"rate": 5, "burst": 10}}
ALL = "/api/v1/policies"


def test_an_installation_begins_with_no_policies_and_the_number_0(api):
    answer = api.get(ALL)
    assert answer.status_code == 200
    assert answer["ETag"] == '"0"'
    assert answer.json() == {
        "number": 0,
        "policies": [],
        "by": "",
        "at_ms": 0,
        "note": "",
        "warnings": [],
        "may_change": True,
    }


def test_a_policy_is_created_replaced_renamed_switched_off_and_deleted(api):
    created = put(api, "api-default", 0, LIMIT, note="slow")
    assert created.status_code == 200, created.content
    assert created["ETag"] == '"1"'
    assert created.json()["note"] == "slow"
    assert created.json()["policies"] == [
        {"name": "api-default", "match": {}, "enabled": True, "note": "", **LIMIT},
    ]
    assert live.spec("rate_limit", Subject()).rate == 5
    replaced = put(api, "api-default", 1, {**LIMIT, "spec": {"rate": 6}})
    assert replaced.json()["policies"][0]["spec"] == {"rate": 6}
    renamed = put(api, "api-default", 2, {**LIMIT, "name": "everybody"})
    assert [each["name"] for each in renamed.json()["policies"]] == ["everybody"]
    off = api.patch(f"{ALL}/everybody", {"enabled": False}, headers={"If-Match": '"3"'})
    assert off.json()["policies"][0]["enabled"] is False
    assert live.spec("rate_limit", Subject()).rate == 100
    assert api.get(f"{ALL}/everybody").json()["enabled"] is False
    gone = api.delete(f"{ALL}/everybody?note=done", headers={"If-Match": '"4"'})
    assert (gone.json()["number"], gone.json()["policies"]) == (5, [])
    assert api.get(f"{ALL}/everybody").json()["code"] == "no_such_policy"
    listed = api.get(f"{ALL}/history").json()["results"]
    assert [(row["number"], row["action"], row["title"], row["by"]) for row in listed] == [
        (5, "delete", "everybody", "ada"),
        (4, "disable", "everybody", "ada"),
        (3, "put", "everybody", "ada"),
        (2, "put", "api-default", "ada"),
        (1, "put", "api-default", "ada"),
    ]
    entries = AuditEntry.objects.filter(action__startswith="policies.").order_by("at")
    assert [entry.action for entry in entries] == [
        "policies.put",
        "policies.put",
        "policies.put",
        "policies.disable",
        "policies.delete",
    ]
    assert entries[4].data["note"] == "done"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_without_a_number_seen_nothing_is_changed(api, method):
    answer = getattr(api, method)(f"{ALL}/x", {**LIMIT, "enabled": True} if method == "put" else {"enabled": True})
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")
    assert not PolicySetVersion.objects.exists()


def test_others_may_look_but_not_change(reader, api, client_of, allowed):
    assert put(api, "x", 0, LIMIT).status_code == 200
    assert reader.get(ALL).json()["may_change"] is False
    head = {"If-Match": '"1"'}
    for answer in (
        put(reader, "x", 1, LIMIT),
        reader.put(ALL, {"policies": []}, headers=head),
        reader.patch(f"{ALL}/x", {"enabled": False}, headers=head),
        reader.delete(f"{ALL}/x", headers=head),
        reader.post(f"{ALL}/rollback", {"number": 0}, headers=head),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "policies_forbidden")
    assert reader.post(f"{ALL}/check", {"policy": LIMIT}).status_code == 200
    assert put(client_of(allowed), "y", 1, LIMIT).status_code == 200


def test_what_does_not_validate_is_told_by_field_and_the_last_good_set_stays(api, registry):
    put(api, "good", 0, LIMIT)
    bad = put(api, "bad", 1, {"kind": "rate_limit", "spec": {"rate": -1, "burts": 2}, "match": {"agent": "json"}})
    told = bad.json()
    assert (bad.status_code, told["code"]) == (422, "bad_policies")
    assert {error["field"]: error["code"] for error in told["errors"]} == {
        "/spec/rate": "out_of_range",
        "/spec/burts": "unknown_field",
    }
    canary = {"kind": "canary", "match": {"agent": "json"}, "spec": {"version": "9.9.9"}}
    assert put(api, "c", 1, canary).json()["errors"][0]["code"] == "unknown_version"
    both = api.put(
        ALL, {"policies": [{"name": "a", **LIMIT}, {"name": "a", **LIMIT}]}, headers={"If-Match": '"1"'}
    ).json()
    assert both["errors"][0] == {
        "field": "/1/name",
        "code": "name_taken",
        "message": "Another policy is called “a”, too.",
    }
    assert api.get(ALL).json()["number"] == 1
    assert live.spec("rate_limit", Subject()).rate == 5
    assert not AuditEntry.objects.filter(object_id="2").exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"null", 400),
        (b"[]", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b'{"policies": ' + b"[" * 200 + b"]" * 200 + b"}", 400),
        (b'{"policies": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (b'{"policies": "x"}', 422),
        (b'{"policies": [], "colour": 1}', 400),
        (b'{"policies": [{"name": "\\ud800", "kind": "retry"}]}', 400),
        (b'{"policies": [' + b'"' + b"x" * (1024 * 1024) + b'"]}', 413),
        (b'{"note": 5, "policies": []}', 400),
    ],
)
def test_bodies_that_are_no_sets(api, body, status):
    answer = api.generic("PUT", ALL, body, content_type="application/json", headers={"If-Match": '"0"'})
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"].startswith("application/problem+json")
    assert not PolicySetVersion.objects.exists()


def test_a_thousand_policies_go_in_and_come_out(api):
    many = [{"name": f"p{index}", "match": {"region": f"r{index}"}, **LIMIT} for index in range(1000)]
    made = api.put(ALL, {"policies": many}, headers={"If-Match": '"0"'})
    assert made.status_code == 200, made.content[:300]
    assert len(api.get(ALL).json()["policies"]) == 1000
    one_more = put(api, "another", 1, LIMIT)
    assert one_more.json()["errors"][0]["code"] == "too_many"
    assert live.spec("rate_limit", Subject(region="r77")).rate == 5


def test_the_second_of_two_editors_is_told(api):
    put(api, "a", 0, LIMIT)
    late = put(api, "b", 0, LIMIT)
    assert (late.status_code, late.json()["code"], late.json()["number"]) == (412, "policies_changed", 1)
    same = put(api, "a", 1, LIMIT)
    assert (same.status_code, same.json()["code"]) == (409, "nothing_changed")


def test_of_many_editors_at_once_exactly_one_changes_a_set(staff, client_of):
    answers = []
    ready = threading.Barrier(8)

    def edit(index):
        client = client_of(staff)
        ready.wait()
        answers.append(put(client, f"p{index}", 0, LIMIT).status_code)
        connection.close()

    threads = [threading.Thread(target=edit, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [412] * 7
    assert PolicySetVersion.objects.count() == 1


def test_the_way_back_is_a_new_set_with_the_old_content(api):
    put(api, "a", 0, LIMIT)
    put(api, "a", 1, {**LIMIT, "spec": {"rate": 50}})
    back = api.post(f"{ALL}/rollback", {"number": 1, "note": "too fast"}, headers={"If-Match": '"2"'})
    assert back.status_code == 200, back.content
    assert (back.json()["number"], back.json()["policies"][0]["spec"]) == (3, LIMIT["spec"])
    assert live.spec("rate_limit", Subject()).rate == 5
    assert api.get(f"{ALL}/history").json()["results"][0] | {"at": "", "digest": ""} == {
        "number": 3,
        "previous": 2,
        "action": "rollback",
        "title": "1",
        "note": "too fast",
        "by": "ada",
        "count": 1,
        "at": "",
        "digest": "",
    }
    none = api.post(f"{ALL}/rollback", {"number": 0}, headers={"If-Match": '"3"'})
    assert none.json()["policies"] == []
    for number, status in ((77, 404), (-1, 400), ("1", 400), (True, 400), (10**30, 400)):
        assert api.post(f"{ALL}/rollback", {"number": number}, headers={"If-Match": '"4"'}).status_code == status
    assert api.get(f"{ALL}/history/99999999999999999999999").status_code == 404


def test_what_differs_between_two_sets(api):
    put(api, "a", 0, LIMIT)
    put(api, "b", 1, LIMIT)
    api.put(
        ALL,
        {"policies": [{"name": "c", **LIMIT}, {"name": "a", "kind": "rate_limit", "spec": {"rate": 7, "burst": 10}}]},
        headers={"If-Match": '"2"'},
    )
    found = api.get(f"{ALL}/history/2/diff/3").json()["differences"]
    assert [(each["name"], each["change"], each["fields"]) for each in found] == [
        ("c", "added", []),
        ("a", "changed", ["/spec/rate"]),
        ("b", "removed", []),
    ]
    assert api.get(f"{ALL}/history/0/diff/1").json()["differences"][0]["change"] == "added"
    assert api.get(f"{ALL}/history/3/diff/3").json()["differences"] == []
    assert api.get(f"{ALL}/history/3/diff/4").json()["code"] == "no_such_policy_set"
    assert api.get(f"{ALL}/history/1").json()["policies"][0]["name"] == "a"


def test_trying_says_what_holds_and_why(api, partner, reader):
    policies = [
        {"name": "all", **LIMIT},
        {"name": "partners", "match": {"tag": "partners"}, **LIMIT},
        {"name": "off", "enabled": False, **LIMIT},
        {"name": "flows", "kind": "rate_limit", "spec": {"per": "workflow"}},
        {"name": "eu", "match": {"region": "eu"}, **LIMIT},
    ]
    assert api.put(ALL, {"policies": policies}, headers={"If-Match": '"0"'}).status_code == 200
    told = api.post(f"{ALL}/try", {"user": "pat", "region": "us"}).json()
    assert told["tags"] == ["partners"]
    found = {(each["kind"], each["about"]): each for each in told["answers"]}
    users = found["rate_limit", "user"]
    assert users["policy"] == "partners"
    assert {each["name"]: (each["reason"], each["field"]) for each in users["looked_at"]} == {
        "all": ("less_specific", ""),
        "partners": ("holds", ""),
        "off": ("off", ""),
        "eu": ("match", "region"),
    }
    assert found["rate_limit", "workflow"]["policy"] == "flows"
    assert found["admission", "entry"] | {"spec": 0} == {
        "kind": "admission",
        "about": "entry",
        "policy": None,
        "spec": 0,
        "looked_at": [],
    }
    assert reader.post(f"{ALL}/try", {"user": "pat"}).status_code == 403
    assert reader.post(f"{ALL}/try", {"tags": ["partners"]}).status_code == 200
    for body in ({"user": "nobody"}, {"agent": 5}, {"tags": "x"}, {"tags": [1]}, {"zone": "x"}, {"agent": "x" * 500}):
        assert api.post(f"{ALL}/try", body).status_code == 400


def test_a_check_changes_nothing(api, registry):
    good = api.post(f"{ALL}/check", {"policy": {"name": "a", "kind": "retry", "match": {"agent": "gone"}}}).json()
    assert (good["ok"], good["warnings"][0]["code"]) == (True, "unknown_agent")
    bad = api.post(f"{ALL}/check", {"policies": [{"name": "a", "kind": "nonsense"}]}).json()
    assert (bad["ok"], bad["faults"][0]["field"]) == (False, "/0/kind")
    assert api.post(f"{ALL}/check", {}).status_code == 400
    assert not PolicySetVersion.objects.exists()


def test_the_schema_of_each_kind_has_defaults_and_limits(api):
    kinds = api.get(f"{ALL}/schema").json()
    assert set(kinds) == {
        "admission",
        "rate_limit",
        "circuit_breaker",
        "retry",
        "routing",
        "degrade",
        "scaling",
        "canary",
        "mirror",
    }
    assert kinds["admission"]["properties"]["concurrent"] == {
        "description": "Starts in work at a time, in each web process",
        "type": "integer",
        "minimum": 1,
        "maximum": 100_000,
        "default": 50,
    }
    json.dumps(kinds)


def test_a_kept_set_never_changes(api):
    put(api, "a", 0, LIMIT)
    row = PolicySetVersion.objects.get()
    row.note = "other"
    with pytest.raises(Exception, match="never changed"):
        row.save()
    with pytest.raises(Exception, match="never changed"):
        row.delete()


def test_while_redis_is_away_nobody_knows_of_the_others(api, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    told = api.get(f"{ALL}/state").json()
    assert (told["known"], told["processes"]) == (False, [])
    assert "Redis" in told["detail"]


def test_the_admin_panel_shows_the_history_and_changes_nothing(api, admin_client):
    put(api, "a", 0, LIMIT, note="first")
    listed = admin_client.get("/admin/policies/policysetversion/")
    assert listed.status_code == 200
    assert b"first" in listed.content
    one = admin_client.get("/admin/policies/policysetversion/1/change/")
    assert b"rate_limit" in one.content
    assert b"/policies?view=history" in one.content
    assert admin_client.get("/admin/policies/policysetversion/add/").status_code == 403
    assert admin_client.post("/admin/policies/policysetversion/1/delete/", {"post": "yes"}).status_code == 403
