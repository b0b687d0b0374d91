"""Settings of the sandbox, and what the machine can do."""

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from agents.node.sandbox import seccomp, support
from agents.node.sandbox.command import Inside, command, isolation
from agents.node.sandbox.errors import SandboxSettingError
from agents.node.sandbox.settings import from_environment


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NODE_SANDBOX", "NODE_SANDBOX_UID", "NODE_SANDBOX_PACKAGES", "NODE_BUNDLE_CACHE_MIB"):
        monkeypatch.delenv(name, raising=False)
    settings = from_environment()
    assert (settings.trusted_without, settings.first_uid, settings.packages, settings.cache_mib) == (
        *(False, 1_900_000_000),
        *((), 2048),
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NODE_SANDBOX", "off"),
        ("NODE_SANDBOX_PACKAGES", "relative/folder"),
        ("NODE_SANDBOX_PACKAGES", "/nowhere/at/all"),
        ("NODE_SANDBOX_UID", "0"),
        ("NODE_SANDBOX_UID", "root"),
        ("NODE_BUNDLE_CACHE_MIB", "1"),
        ("NODE_SANDBOX_DISK_MIB", "0"),
        ("NODE_SANDBOX_PIDS", "many"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises((SandboxSettingError, ImproperlyConfigured), match=name):
        from_environment()


def fake(folder: Path, script: str) -> None:
    path = folder / "bwrap"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (None, "bubblewrap is not installed"),
        ("echo bubblewrap 0.6.1", "0.8.0 or newer is needed, this one is: bubblewrap 0.6.1"),
        ("echo what", "this one is: what"),
        (
            'test "$1" = --version && echo bubblewrap 0.9.0 && exit; echo "bwrap: No permissions" >&2; exit 1',
            "No permissions",
        ),
        ('test "$1" = --version && echo bubblewrap 0.9.0 && exit; exit 7', "exit code 7"),
    ],
)
def test_a_machine_that_cannot_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, why: str
) -> None:
    if script is not None:
        fake(tmp_path, script)
    monkeypatch.setenv("PATH", str(tmp_path))
    support.check.cache_clear()
    able, reason = support.check()
    support.check.cache_clear()
    assert not able
    assert why in reason


def test_every_sandbox_is_cut_off() -> None:
    for as_root in (True, False):
        options = isolation(as_root, network=False)
        for needed in ("--unshare-pid", "--unshare-ipc", "--unshare-net", "--die-with-parent", "--new-session"):
            assert needed in options
        assert ("--unshare-user" in options) is not as_root
        assert "--unshare-net" not in isolation(as_root, network=True)
    line = command("bwrap", Inside(Path("/b"), Path("/f")), 3, ["python"])
    bound = [line[index + 1] for index, word in enumerate(line) if word == "--bind"]
    assert bound == []
    assert "--clearenv" in line
    assert line[line.index("--") - 2 :] == ["--remount-ro", "/", "--", "python"]


def test_the_filter_is_there_for_the_machines_it_knows() -> None:
    for machine in ("x86_64", "aarch64"):
        program = seccomp.compiled(machine)
        assert program is not None
        assert len(program) % 8 == 0
        assert len(program) < 4096
    assert seccomp.compiled("riscv64") is None
