"""Bundles over the API: uploaded, refused, decided on, fetched by nodes."""

import io
import zipfile

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import storages

from agentcluster.messaging import connect
from agents.bundles import placing, state, tasks
from agents.bundles.models import Bundle
from agents.bundles.signals import bundle_approved, bundle_withdrawn
from agents.domain.bundle import BundleUnusableError, unpack
from agents.domain.bundle.limits import ZIP_MAX_BYTES
from agents.domain.bundle.signature import generate
from agents.models import AgentVersion
from agents.registry.errors import UnknownAgentError
from agents.registry.resolve import latest
from designer.models import AuditEntry
from tests.conftest import start_nats
from tests.unit.bundles.making import HOSTILE, KEY, PUBLIC, good, signed, tampered

pytestmark = pytest.mark.django_db(transaction=True)


def stored() -> list[str]:
    try:
        return storages["default"].listdir("bundles")[0]
    except FileNotFoundError:
        return []


@pytest.fixture
def heard():
    """What listeners are told."""
    told = []

    def approved(**data):
        told.append(("approved", data))

    def withdrawn(**data):
        told.append(("withdrawn", data))

    bundle_approved.connect(approved)
    bundle_withdrawn.connect(withdrawn)
    yield told
    bundle_approved.disconnect(approved)
    bundle_withdrawn.disconnect(withdrawn)


async def fetched(url: str, identity: str) -> bytes:
    async with await connect(url, "node") as bus:
        return await placing.fetch(bus, identity)


def fetch(url: str, identity: str) -> bytes:
    import asyncio

    return asyncio.run(fetched(url, identity))


def test_uploaded_approved_fetched(author, reviewer, nats_url, tmp_path, heard):
    placing.reconcile()  # takes out what other tests have left
    answer = author.upload(good())
    assert answer.status_code == 201, answer.content
    row = answer.json()
    assert (row["agent"], row["version"], row["status"]) == ("word-count", "1.0.0", "quarantined")
    assert (row["uploaded_by"], row["decided_by"], row["on_bus"]) == ("author", None, False)
    assert row["signature"] == {"state": "unsigned", "key_id": None, "key_name": None}
    assert all(check["ok"] for check in row["checks"])
    assert answer.headers["Location"].endswith(f"/api/v1/bundles/{row['digest']}")
    assert not state.allowed(row["identity"])
    assert AgentVersion.objects.count() == 0
    with pytest.raises(BundleUnusableError, match="no approved bundle"):
        fetch(nats_url, row["identity"])

    done = reviewer.decide(row["digest"], "approve", note="Looks fine")
    assert done.status_code == 200, done.content
    approved = done.json()
    assert (approved["status"], approved["decided_by"], approved["note"]) == ("approved", "reviewer", "Looks fine")
    assert approved["on_bus"]
    assert latest("word-count").identity == row["identity"]
    assert latest("word-count").manifest["runtime"] == "bundle"
    assert state.allowed(row["identity"])
    assert state.grant(row["identity"]) == (False, False)
    [(what, data)] = heard
    assert (what, data["replicas"], data["network"], data["trusted"]) == ("approved", None, False, False)

    manifest = unpack(io.BytesIO(fetch(nats_url, row["identity"])), tmp_path / "node", row["identity"])
    assert manifest.name == "word-count"
    assert (tmp_path / "node" / "agent.py").is_file()
    trail = AuditEntry.objects.filter(object_id=row["digest"]).order_by("id").values_list("action", "user__username")
    assert [*trail] == [("bundle.upload", "author"), ("bundle.approve", "reviewer")]


@pytest.mark.parametrize("name", HOSTILE)
def test_of_what_is_hostile_no_byte_is_kept(name, author):
    answer = author.upload(HOSTILE[name].make() or b"\n")
    assert answer.status_code == 422, answer.content
    problem = answer.json()
    assert problem["code"] == "bundle_refused"
    if name != "empty":
        assert HOSTILE[name].check in {check["name"] for check in problem["checks"] if not check["ok"]}
    assert Bundle.objects.count() == 0
    assert stored() == []


def test_an_upload_stops_at_its_limit(author):
    answer = author.upload(b"PK\x03\x04" + bytes(ZIP_MAX_BYTES))
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_without_a_file_there_is_nothing_to_check(author):
    assert author.post("/api/v1/bundles", {}, format="multipart").status_code == 400
    assert author.post("/api/v1/bundles", {"file": "x"}, format="multipart").status_code == 400
    assert author.post("/api/v1/bundles", {"file": "x"}, format="json").status_code == 415
    assert author.upload(good(), dry_run="perhaps").status_code == 400


def test_a_dry_run_keeps_nothing(author):
    answer = author.upload(good(), dry_run="true")
    assert (answer.status_code, answer.json()["status"]) == (200, "checked")
    assert (Bundle.objects.count(), stored()) == (0, [])
    assert author.upload(HOSTILE["up"].make(), dry_run="true").status_code == 422


def test_the_same_content_is_the_same_bundle(author):
    first = author.upload(good()).json()
    again = author.upload(good())
    assert (again.status_code, again.json()["digest"]) == (200, first["digest"])
    assert Bundle.objects.count() == 1


def test_a_version_has_one_content(author, reviewer):
    first = author.upload(good()).json()
    other = good(title="Other words")
    answer = author.upload(other)
    assert (answer.status_code, answer.json()["code"]) == (409, "version_taken")
    assert [check["name"] for check in answer.json()["checks"] if not check["ok"]] == ["version"]
    assert reviewer.decide(first["digest"], "reject", note="No").json()["status"] == "rejected"
    second = author.upload(other)
    assert second.status_code == 201, second.content
    # The first cannot come back beside it.
    answer = reviewer.decide(first["digest"], "quarantine")
    assert (answer.status_code, answer.json()["code"]) == (409, "version_taken")
    assert reviewer.decide(second.json()["digest"], "approve").status_code == 200
    # What was approved keeps its version for good.
    reviewer.decide(second.json()["digest"], "reject")
    assert author.upload(good(title="Third")).json()["code"] == "version_taken"


def test_a_name_of_another_agent_is_not_given_away(author):
    answer = author.upload(good(name="csv-parse"))
    assert answer.status_code == 422
    assert [check["path"] for check in answer.json()["checks"] if not check["ok"]] == ["/name"]


@pytest.mark.parametrize("how", ["quarantine", "reject"])
def test_withdrawing_takes_it_from_the_nodes(how, author, reviewer, nats_url, heard):
    row = author.upload(good()).json()
    reviewer.decide(row["digest"], "approve")
    answer = reviewer.decide(row["digest"], how, note="It phones home")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["on_bus"], answer.json()["note"]) == (False, "It phones home")
    assert not state.allowed(row["identity"])
    with pytest.raises(UnknownAgentError):
        latest("word-count")
    with pytest.raises(BundleUnusableError):
        fetch(nats_url, row["identity"])
    assert [what for what, _ in heard] == ["approved", "withdrawn"]
    assert heard[1][1]["reason"] == "It phones home"
    # And back.
    assert reviewer.decide(row["digest"], "approve").status_code == 200
    assert latest("word-count").version == "1.0.0"
    assert fetch(nats_url, row["identity"])
    decisions = Bundle.objects.get().decisions.values_list("status", flat=True)
    assert [*decisions] == ["approved", {"reject": "rejected", "quarantine": "quarantined"}[how], "approved"]


def test_deciding_the_same_twice_is_told(author, reviewer):
    row = author.upload(good()).json()
    assert reviewer.decide(row["digest"], "quarantine").json()["code"] == "already_decided"
    reviewer.decide(row["digest"], "approve")
    answer = reviewer.decide(row["digest"], "approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_decided")
    assert reviewer.decide("0" * 64, "approve").status_code == 404
    assert reviewer.decide(row["digest"], "approve", replicas=-1).status_code == 400
    assert reviewer.decide(row["digest"], "approve", note="x" * 5000).status_code == 400


def test_the_network_is_granted_only_when_asked_for(author, reviewer, heard):
    plain = author.upload(good()).json()
    answer = reviewer.decide(plain["digest"], "approve", network=True)
    assert (answer.status_code, answer.json()["code"]) == (422, "network_not_asked")
    wants = author.upload(good(version="1.1.0", network="full")).json()
    assert wants["network_asked"]
    granted = reviewer.decide(wants["digest"], "approve", network=True, replicas=3).json()
    assert granted["network_granted"]
    assert state.grant(wants["identity"]).network
    assert (heard[-1][1]["replicas"], heard[-1][1]["network"]) == (3, True)
    reviewer.decide(wants["digest"], "quarantine")
    assert not reviewer.decide(wants["digest"], "approve").json()["network_granted"]


def test_who_may(author, reviewer, stranger, person, client):
    data = good()
    assert stranger.upload(data).status_code == 403
    assert reviewer.upload(data).status_code == 403
    row = author.upload(data).json()
    assert stranger.get("/api/v1/bundles").json()["results"][0]["digest"] == row["digest"]
    for how in ("approve", "reject", "quarantine"):
        assert stranger.decide(row["digest"], how).status_code == 403
        assert author.decide(row["digest"], how).status_code == 403
        assert client.post(f"/api/v1/bundles/{row['digest']}/{how}").status_code in (401, 403)
    assert client.get("/api/v1/bundles").status_code in (401, 403)
    assert Bundle.objects.get().status == "quarantined"
    staff = person("staff", is_staff=True)
    assert staff.upload(good(version="3.0.0")).status_code == 201
    assert staff.decide(row["digest"], "approve").status_code == 200


def test_nobody_approves_his_own_upload(person):
    both = person("both", "add_bundle", "decide_bundle")
    row = both.upload(good()).json()
    answer = both.decide(row["digest"], "approve")
    assert (answer.status_code, answer.json()["code"]) == (403, "own_bundle")
    assert both.decide(row["digest"], "reject").status_code == 200
    owner = person("owner", is_superuser=True)
    own = owner.upload(good(version="2.0.0")).json()
    assert owner.decide(own["digest"], "approve").status_code == 200


def test_signatures_are_judged_by_the_keys_there_are_now(author, reviewer, keeper, person):
    identity = author.upload(good(), dry_run="true").json()["identity"]
    row = author.upload(signed(good(), identity)).json()
    assert (row["identity"], row["signature"]["state"]) == (identity, "unknown_key")
    added = keeper.post("/api/v1/signing-keys", {"name": "Release", "public_key": PUBLIC})
    assert added.status_code == 201, added.content
    assert added.json()["id"] == row["signature"]["key_id"]
    row = author.get(f"/api/v1/bundles/{row['digest']}").json()
    assert row["signature"] == {"state": "trusted", "key_id": added.json()["id"], "key_name": "Release"}
    author.user.user_permissions.set(reviewer.user.user_permissions.all())
    both = type(author)(User.objects.get(pk=author.user.pk))
    assert both.decide(row["digest"], "approve").status_code == 200  # a trusted key stands for the second person
    assert state.grant(identity).trusted
    assert keeper.delete(f"/api/v1/signing-keys/{added.json()['id']}").status_code == 204
    assert not state.grant(identity).trusted
    assert state.allowed(identity)


def test_a_tampered_bundle_is_refused_once_its_key_is_known(author, reviewer, keeper):
    unknown = author.upload(tampered())
    assert (unknown.status_code, unknown.json()["signature"]["state"]) == (201, "unknown_key")
    keeper.post("/api/v1/signing-keys", {"name": "Release", "public_key": PUBLIC})
    digest = unknown.json()["digest"]
    assert author.get(f"/api/v1/bundles/{digest}").json()["signature"]["state"] == "invalid"
    answer = reviewer.decide(digest, "approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "signature_invalid")
    refused = author.upload(tampered())
    assert refused.status_code == 422
    assert [check["name"] for check in refused.json()["checks"] if not check["ok"]] == ["signature"]


def test_another_key_is_unknown(author, keeper):
    keeper.post("/api/v1/signing-keys", {"name": "Release", "public_key": PUBLIC})
    identity = author.upload(good(), dry_run="true").json()["identity"]
    row = author.upload(signed(good(), identity, generate()[0])).json()
    assert row["signature"]["state"] == "unknown_key"


def test_a_signature_may_come_later(author, keeper):
    row = author.upload(good()).json()
    keeper.post("/api/v1/signing-keys", {"name": "Release", "public_key": PUBLIC})
    again = author.upload(signed(good(), row["identity"], KEY))
    assert (again.status_code, again.json()["signature"]["state"]) == (200, "trusted")
    back = author.upload(good())
    assert back.json()["signature"]["state"] == "trusted"


def test_signed_bundles_may_be_approved_at_once(author, keeper, settings, nats_url):
    settings.BUNDLES_APPROVE_SIGNED = True
    keeper.post("/api/v1/signing-keys", {"name": "Release", "public_key": PUBLIC})
    data = good(network="full")
    identity = author.upload(data, dry_run="true").json()["identity"]
    row = author.upload(signed(data, identity)).json()
    assert (row["status"], row["decided_by"], row["network_granted"]) == ("approved", None, False)
    assert "Release" in row["note"]
    assert fetch(nats_url, identity)
    assert author.upload(good(version="2.0.0")).json()["status"] == "quarantined"


def test_keys_are_guarded(keeper, person, stranger):
    body = {"name": "Release", "public_key": PUBLIC}
    assert person("staff", is_staff=True).post("/api/v1/signing-keys", body).status_code == 403
    assert stranger.post("/api/v1/signing-keys", body).status_code == 403
    assert keeper.post("/api/v1/signing-keys", {**body, "public_key": "nonsense"}).status_code == 400
    assert keeper.post("/api/v1/signing-keys", {**body, "name": " "}).status_code == 400
    assert keeper.post("/api/v1/signing-keys", body).status_code == 201
    assert keeper.post("/api/v1/signing-keys", body).json()["code"] == "key_taken"
    [row] = stranger.get("/api/v1/signing-keys").json()["results"]
    assert (row["name"], row["created_by"]) == ("Release", "keeper")
    assert stranger.delete(f"/api/v1/signing-keys/{row['id']}").status_code == 403
    assert keeper.delete("/api/v1/signing-keys/none").status_code == 404


def test_files_can_be_read_before_anybody_decides(author, stranger):
    digest = author.upload(good()).json()["digest"]
    listed = stranger.get(f"/api/v1/bundles/{digest}/files").json()["results"]
    assert [row["path"] for row in listed] == ["agent.py", "agent.yaml", "words/list.txt"]
    answer = stranger.get(f"/api/v1/bundles/{digest}/files/agent.py")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert b"async def count" in answer.content
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert stranger.get(f"/api/v1/bundles/{digest}/files/nothing.py").status_code == 404
    assert stranger.get(f"/api/v1/bundles/{digest}/files/../../etc/passwd").status_code == 404
    whole = stranger.get(f"/api/v1/bundles/{digest}/download")
    assert whole["Content-Disposition"] == 'attachment; filename="word-count-1.0.0.zip"'
    assert zipfile.ZipFile(io.BytesIO(whole.content)).namelist() == [row["path"] for row in listed]


def test_files_that_cannot_be_shown_say_why(author):
    from agents.domain.bundle import pack
    from tests.unit.bundles.making import files

    data = pack({**files(), "image.png": b"\x89PNG\0", "long.txt": b"x y\n" * 70_000})
    digest = author.upload(data).json()["digest"]
    assert author.get(f"/api/v1/bundles/{digest}/files/image.png").json()["code"] == "not_text"
    assert author.get(f"/api/v1/bundles/{digest}/files/long.txt").json()["code"] == "too_large"


def test_lists_are_filtered(author, reviewer):
    first = author.upload(good()).json()["digest"]
    second = author.upload(good(name="other-words", version="9.0.0")).json()["digest"]
    reviewer.decide(first, "approve")

    def listed(query: str) -> list[str]:
        return [row["digest"] for row in author.get(f"/api/v1/bundles?{query}").json()["results"]]

    assert listed("") == [second, first]
    assert listed("status=approved") == [first]
    assert listed("status=quarantined&agent=other-words") == [second]
    assert listed("agent=nobody") == []
    assert author.get("/api/v1/bundles?status=lost").status_code == 400
    assert author.get("/api/v1/bundles?limit=1").json()["next"]


@pytest.mark.parametrize("given", ["%00", "x", "0" * 63, "0" * 64, "G" * 64, "..%2f..", "\u00e4"])
def test_what_is_no_digest_is_not_found(given, reviewer, keeper):
    for path in ("", "/files", "/download", "/files/agent.py"):
        assert reviewer.get(f"/api/v1/bundles/{given}{path}").status_code == 404
    assert reviewer.post(f"/api/v1/bundles/{given}/approve").status_code == 404
    assert keeper.delete(f"/api/v1/signing-keys/{given}").status_code == 404
    assert reviewer.get(f"/api/v1/bundles?agent={given}").status_code == (400 if given == "%00" else 200)


def test_uploads_are_bounded_in_number(author, settings):
    settings.BUNDLE_UPLOADS_PER_MINUTE = 2
    assert author.upload(good()).status_code == 201
    assert author.upload(good()).status_code == 200
    answer = author.upload(good())
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert author.get("/api/v1/bundles").status_code == 200


@pytest.fixture
def own_nats(tmp_path, settings):
    server = start_nats(tmp_path / "nats")
    settings.NATS_URL = server.url
    yield server
    server.kill()


def test_nothing_is_lost_while_nats_is_away(author, reviewer, own_nats):
    row = author.upload(good()).json()
    own_nats.kill()
    answer = reviewer.decide(row["digest"], "approve")
    assert (answer.status_code, answer.json()["status"], answer.json()["on_bus"]) == (200, "approved", False)
    tasks.reconcile_bundles()  # still away: says so and waits
    own_nats.start()
    tasks.reconcile_bundles()
    assert fetch(own_nats.url, row["identity"])
    assert author.get(f"/api/v1/bundles/{row['digest']}").json()["on_bus"]
    # Withdrawn while it is away, gone when it is back.
    own_nats.kill()
    reviewer.decide(row["digest"], "quarantine")
    own_nats.start()
    tasks.reconcile_bundles()
    with pytest.raises(BundleUnusableError):
        fetch(own_nats.url, row["identity"])
    assert not author.get(f"/api/v1/bundles/{row['digest']}").json()["on_bus"]


def test_a_nats_that_came_back_empty_is_filled_again(author, reviewer, own_nats, tmp_path):
    import shutil

    row = author.upload(good()).json()
    reviewer.decide(row["digest"], "approve")
    own_nats.kill()
    shutil.rmtree(tmp_path / "nats" / "jetstream")
    own_nats.start()
    assert placing.reconcile() == (1, 0)
    assert placing.reconcile() == (0, 0)
    assert fetch(own_nats.url, row["identity"])


def test_a_zip_that_was_changed_on_the_servers_disk_goes_nowhere(author, reviewer, settings, tmp_path, nats_url):
    row = author.upload(good()).json()
    [path] = list((tmp_path / "files").rglob("*.zip"))
    path.chmod(0o644)
    path.write_bytes(good(title="Evil"))
    answer = reviewer.decide(row["digest"], "approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "zip_missing")
    assert Bundle.objects.get().status == "quarantined"
    # The same bundle, uploaded again, mends it.
    assert author.upload(good()).status_code == 200
    assert reviewer.decide(row["digest"], "approve").status_code == 200
    assert fetch(nats_url, row["identity"])
