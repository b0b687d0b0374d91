"""``agent-coordinator bundle`` against a running system: made, sent, approved, withdrawn."""

import asyncio
import io
import json

import pytest

from agentcluster.messaging import connect
from agents.bundles import placing
from agents.domain.bundle import BundleUnusableError, unpack
from tests.integration.cli.test_documented import run
from tests.unit.bundles.making import HOSTILE

pytestmark = pytest.mark.xdist_group("stack")


def fetch(stack, identity):
    async def fetched():
        async with await connect(stack.services.nats_url, "node") as bus:
            return await placing.fetch(bus, identity)

    return asyncio.run(fetched())


def test_from_an_empty_folder_to_the_nodes_and_back(stack, tmp_path):
    def cli(*arguments, code=0):
        done = stack.cli("bundle", *arguments, cwd=tmp_path)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    cli("init", "letters")
    cli("keygen", "release.key")
    cli("build", "letters", "--sign", "release.key", "-o", "letters.zip")
    dry = cli("push", "letters.zip", "--dry-run")
    assert "checked" in dry.stdout
    pushed = cli("push", "letters.zip")
    assert "FAILED" not in pushed.stdout
    assert "letters@0.1.0: quarantined" in pushed.stdout
    assert "unknown key" in cli("list", "--agent", "letters").stdout
    key = json.loads(cli("keys", "add", "--name", "Release", "release.key.pub", "--json").stdout)["id"]
    assert "Release" in cli("keys", "list").stdout
    [row] = json.loads(cli("list", "--agent", "letters", "--json").stdout)
    assert row["signature"]["state"] == "trusted"

    assert "letters@0.1.0: approved" in cli("approve", "letters@0.1.0", "-m", "Reviewed").stdout
    shown = cli("show", row["digest"][:8]).stdout
    assert "approved by admin: Reviewed" in shown
    assert "agent.py" in shown
    unpack(io.BytesIO(fetch(stack, row["identity"])), tmp_path / "node", row["identity"])
    assert (tmp_path / "node" / "agent.py").read_text() == (tmp_path / "letters" / "agent.py").read_text()
    assert "letters" in stack.cli("agents").stdout
    assert "already" in cli("approve", "letters@0.1.0", code=2).stderr

    assert "quarantined" in cli("quarantine", row["digest"][:6], "-m", "Look again").stdout
    with pytest.raises(BundleUnusableError):
        fetch(stack, row["identity"])
    assert "rejected" in cli("reject", "letters@0.1.0").stdout
    history = json.loads(cli("show", "letters@0.1.0", "--json").stdout)["decisions"]
    assert [each["status"] for each in history] == ["rejected", "quarantined", "approved"]
    assert "quarantined by admin: Look again" in cli("show", "letters@0.1.0").stdout
    cli("keys", "remove", key, "--yes")


def test_what_is_refused_is_shown_with_its_checks(stack, tmp_path):
    (tmp_path / "evil.zip").write_bytes(HOSTILE["up"].make())
    done = stack.cli("bundle", "push", str(tmp_path / "evil.zip"))
    assert done.returncode == 2
    assert "FAILED  paths" in done.stdout
    assert "etc/cron.d/evil: The path leads out of the bundle" in done.stdout
    assert "The bundle was refused." in done.stderr
    told = json.loads(stack.cli("bundle", "push", str(tmp_path / "evil.zip"), "--json").stderr)
    assert told["code"] == "bundle_refused"
    assert "bundle_refused  paths" in stack.cli("bundle", "refused").stdout
    noted = json.loads(stack.cli("bundle", "refused", "--json").stdout)
    assert (noted[0]["by"], noted[0]["name"]) == ("admin", "evil.zip")
    assert stack.cli("bundle", "refused", "--by", "nobody").stdout.strip() == "No upload was refused."


@pytest.mark.parametrize("given", ["nobody@1.0.0", "abc", "123456", "0" * 64])
def test_a_bundle_that_is_not_there(stack, given):
    done = stack.cli("bundle", "approve", given)
    assert done.returncode == 2
    assert "There is no bundle" in done.stderr


def test_the_document_says_what_happens(stack, tmp_path):
    _, said = run(stack, tmp_path, "bundles.md")
    assert "word-count@0.1.0: quarantined" in said[0]
    assert "word-count@0.1.0: approved" in said[0]
    assert "unsigned" in said[0]
    assert "It is signed with the trusted key “Release team”." in said[1]
    assert "approved by admin: Reviewed" in said[1]
    stack.cli("bundle", "reject", "word-count@0.1.0")
    for key in json.loads(stack.cli("bundle", "keys", "list", "--json").stdout):
        assert stack.cli("bundle", "keys", "remove", key["id"], "--yes").returncode == 0
