"""``agent-coordinator bundle`` where no server is needed: init, build, check, keygen."""

import json
import os
import stat

import pytest
import typer
from typer.testing import CliRunner

from agentcluster.cli import bundle
from agentcluster.cli.errors import CliError
from tests.unit.bundles.making import HOSTILE, MANIFEST, good


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    bundle.add_to(app)

    def call(*arguments: str):
        return CliRunner().invoke(app, ["bundle", *arguments], catch_exceptions=False, standalone_mode=False)

    return call


@pytest.fixture
def folder(run, tmp_path):
    run("init", "word-count")
    return tmp_path / "word-count"


def built(run, *arguments: str):
    answer = run("build", "word-count", "--json", *arguments)
    return json.loads(answer.stdout)


def test_the_example_can_be_built_as_it_is(run, folder, tmp_path):
    answer = run("build", "word-count")
    assert "word-count@0.1.0  agent://sha256:" in answer.stdout
    assert "agent.py" in answer.stdout
    assert (tmp_path / "word-count-0.1.0.zip").is_file()
    told = json.loads(run("check", "word-count-0.1.0.zip", "--json").stdout)
    assert told["ok"]
    manifest = told["manifest"]
    assert (manifest["name"], manifest["version"], manifest["title"]["zh-Hans"]) == ("word-count", "0.1.0", "统计单词")
    assert manifest["intent"]["input"]["required"] == ["text"]
    assert {file["path"] for file in told["files"]} == {"README.md", "agent.py", "agent.yaml"}


def test_building_twice_gives_the_same_zip(run, folder, tmp_path):
    built(run, "-o", "one.zip")
    os.utime(folder / "agent.py", (1, 1))
    built(run, "-o", "dist/two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "dist" / "two.zip").read_bytes()


def test_what_is_left_lying_about_is_not_packed(run, folder):
    for name in ("__pycache__/agent.pyc", ".git/config", ".venv/bin/python", ".pytest_cache/x", "notes/draft.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (folder / ".bundleignore").write_text("# Not for others\nnotes/\n")
    assert {file["path"] for file in built(run)["files"]} == {"README.md", "agent.py", "agent.yaml"}


def test_a_secret_fails_the_check_and_nothing_is_written(run, folder, tmp_path):
    (folder / ".env").write_text("TOKEN=1")
    with pytest.raises(CliError, match="1 check failed"):
        run("build", "word-count")
    assert not list(tmp_path.glob("*.zip"))


def test_a_link_is_named(run, folder):
    (folder / "passwords").symlink_to("/etc/passwd")
    with pytest.raises(CliError, match="passwords is a symbolic link"):
        run("build", "word-count")


def test_a_manifest_that_says_everything_is_packed_as_it_is(run, folder):
    text = MANIFEST.replace("agent:count", "agent:count_words")
    (folder / "agent.yaml").write_text(text)
    (folder / "agent.py").write_text("this is no python, and nobody imports it")
    assert built(run)["manifest"]["title"] == {"en": "Count words"}


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("raise SystemError('broken')", "broken"),
        ("x = 1", "no “count_words”"),
        ("def count_words(): ...", "is no agent"),
    ],
)
def test_code_that_cannot_be_asked_is_named(run, folder, code, says):
    (folder / "agent.py").write_text(code)
    with pytest.raises(CliError, match="leaves out name, version, capabilities, intent") as caught:
        run("build", "word-count")
    assert says in caught.value.message


def test_code_and_manifest_must_not_contradict_each_other(run, folder):
    (folder / "agent.yaml").write_text("version: 9.9.9\n" + (folder / "agent.yaml").read_text())
    with pytest.raises(CliError, match=r"agent.yaml says 9.9.9, agent:count_words says 0.1.0"):
        run("build", "word-count")


def test_signing(run, folder, tmp_path):
    made = json.loads(run("keygen", "release.key", "--json").stdout)
    assert stat.S_IMODE((tmp_path / "release.key").stat().st_mode) == 0o600
    assert (tmp_path / "release.key.pub").read_text().strip() == made["public_key"]
    plain, signed = built(run, "-o", "a.zip"), built(run, "-o", "b.zip", "--sign", "release.key")
    assert plain["identity"] == signed["identity"]
    [told] = [check["message"] for check in signed["checks"] if check["name"] == "signature"]
    assert made["key_id"] in told
    with pytest.raises(CliError, match="not written over"):
        run("keygen", "release.key")
    with pytest.raises(CliError, match="no private key"):
        run("build", "word-count", "--sign", "release.key.pub")
    with pytest.raises(CliError, match="cannot be read"):
        run("build", "word-count", "--sign", "nowhere.key")


def test_init_writes_over_nothing(run, folder):
    with pytest.raises(CliError, match="not empty"):
        run("init", "word-count")
    with pytest.raises(CliError, match="is no name for an agent"):
        run("init", "Größe!")
    assert json.loads(run("init", "other", "--name", "my-agent", "--json").stdout)["name"] == "my-agent"


def test_build_needs_a_manifest(run, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CliError, match=r"no agent.yaml in empty"):
        run("build", "empty")


@pytest.mark.parametrize("name", ["up", "lying bomb", "bad yaml", "not a zip"])
def test_check_says_what_the_server_would(run, tmp_path, name):
    (tmp_path / "a.zip").write_bytes(HOSTILE[name].make())
    with pytest.raises(CliError, match="the server would refuse"):
        run("check", "a.zip")
    told = json.loads(run("check", "a.zip", "--json").stdout)
    assert HOSTILE[name].check in {check["name"] for check in told["checks"] if not check["ok"]}


def test_check_needs_a_file(run, tmp_path):
    with pytest.raises(CliError, match="cannot be read"):
        run("check", "nothing.zip")
    (tmp_path / "good.zip").write_bytes(good())
    assert "word-count@1.0.0" in run("check", "good.zip").stdout
