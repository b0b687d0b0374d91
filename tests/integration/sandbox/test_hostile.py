"""Bundles that attack: each is contained, its caller is told, the operator can read what happened, the node is well."""

import asyncio
import errno
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from agents.node.sandbox import SandboxSettings, usage, watch
from agents.node.sandbox.errors import LimitRefusedError
from tests.sandbox.bundles import HOSTILE, from_folder
from tests.sandbox.host import Host, alive
from tests.waiting import until

LAG_S = 5.0
"""The node's loop answers within this, whatever an agent does; on an idle machine it is a few milliseconds."""
PYTHON = os.path.realpath(sys.executable)
LIMITS = {"memory_mib": 128, "pids": 32, "disk_mib": 16, "cpu_s": 30.0, "timeout_s": 60.0, "concurrency": 4}


@pytest.fixture
async def hostile(host: Host) -> AsyncIterator[Host]:
    await host.add(from_folder(HOSTILE, limits=LIMITS))
    yield host
    print(f"longest lag of the node: {host.lag_s * 1000:.0f} ms")
    assert host.lag_s < LAG_S


async def is_well_again(host: Host) -> None:
    """The instance is started again by itself and works."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        reply = await host.call("hostile", {"how": "harmless"})
        if reply.status == "ok":
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"not well: {reply} {host.said('hostile')}")


async def said(host: Host, words: str) -> None:
    async with asyncio.timeout(15):
        while words not in host.said("hostile"):  # noqa: ASYNC110 - the log tells nobody
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("bomb", ["fork_bomb", "thread_bomb"])
async def test_a_bomb_of_processes_is_ended(hostile: Host, bomb: str) -> None:
    reply = await hostile.call("hostile", {"how": bomb})
    assert reply.error is not None
    assert (reply.error.code, reply.error.data) == ("pids_limit", {"pids": 32})
    assert "stayed at its limit of 32 processes and threads" in hostile.said("hostile")
    await is_well_again(hostile)
    assert hostile.runners["hostile"].state.restarts == 1
    assert hostile.runners["hostile"].state.tasks < 10


async def test_one_process_that_takes_memory_fails_its_call_alone(hostile: Host) -> None:
    reply = await hostile.call("hostile", {"how": "memory"})
    assert reply.error is not None
    assert reply.error.code == "memory_limit"
    await is_well_again(hostile)


@pytest.mark.parametrize(("how", "amount"), [("memory_of_many", 60), ("memory_shared", 256)])
async def test_memory_of_the_whole_tree_counts(hostile: Host, how: str, amount: int) -> None:
    reply = await hostile.call("hostile", {"how": how, "amount": amount})
    assert reply.error is not None
    assert (reply.error.code, reply.error.retryable) == ("memory_limit", False)
    assert "more than its limit of 128 MiB" in hostile.said("hostile")
    await is_well_again(hostile)


async def test_memory_that_nothing_counts_cannot_be_had(hostile: Host) -> None:
    reply = await hostile.call("hostile", {"how": "memory_files"})
    assert reply.output == {"memfd": errno.EPERM, "shmget": errno.EPERM}


@pytest.mark.parametrize("path", ["/tmp/full", "/dev/shm/full"])
async def test_the_disk_cannot_be_filled(hostile: Host, path: str) -> None:
    free = os.statvfs("/tmp").f_bavail
    reply = await hostile.call("hostile", {"how": "disk", "path": path})
    assert reply.error is not None
    assert reply.error.code == "disk_limit"
    assert free - os.statvfs("/tmp").f_bavail < 64 * 1024 * 1024 / 4096
    await is_well_again(hostile)


@pytest.mark.parametrize("kind", ["unix", "tcp"])
async def test_memory_in_the_queues_of_sockets_counts(hostile: Host, kind: str) -> None:
    reply = await hostile.call("hostile", {"how": "memory_in_sockets", "path": kind}, deadline_ms=20_000)
    assert reply.error is not None
    assert reply.error.code == "memory_limit"
    assert "more than its limit of 128 MiB" in hostile.said("hostile")
    await is_well_again(hostile)
    session = hostile.runners["hostile"]._session
    assert session is not None
    assert session.watch.seen.sockets_mib == 0


async def test_files_that_lie_in_memory_are_told_and_have_one_size_together(hostile: Host) -> None:
    one = hostile.runners["hostile"]
    for path in ("/tmp/full", "/dev/shm/more"):
        reply = await hostile.call("hostile", {"how": "disk", "path": path})
        assert reply.error is not None
        assert reply.error.code == "disk_limit"
    # What was written stays until the process ends: no call is at work, and the node still sees it.
    session = one._session
    assert session is not None
    await until(lambda: session.watch.seen.scratch_mib > 15.9, 10)
    assert session.watch.seen.scratch_mib <= 16
    assert one.state.memory_mib == pytest.approx(
        session.watch.seen.memory_mib + session.watch.seen.scratch_mib, abs=0.1
    )


async def test_a_node_refuses_what_asks_for_more_than_it_gives(host: Host) -> None:
    for limits, asked in (({"disk_mib": 400}, "disk_mib 400"), ({"pids": 200}, "pids 200")):
        with pytest.raises(LimitRefusedError, match=f"asks for {asked}; this node gives an instance at most 100") as no:
            await host.add(from_folder(HOSTILE, limits={**LIMITS, **limits}), SandboxSettings(disk_mib=100, pids=100))
        assert no.value.code == "limit_refused"
    assert host.node.agents == []


async def test_neither_with_empty_files(hostile: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "SCRATCH_FILES", 5_000)
    reply = await hostile.call("hostile", {"how": "many_files"})
    assert reply.error is not None
    assert reply.error.code == "disk_limit"
    assert "made more than 5000 files" in hostile.said("hostile")
    await is_well_again(hostile)


@pytest.mark.parametrize(
    "path", ["/x", "/agent/x", "/agent/hostile.py", "/sdk/x", "/files/x", "/dev/x", "/etc/x", "/usr/x"]
)
async def test_nothing_outside_the_scratch_folder_can_be_written(hostile: Host, path: str) -> None:
    reply = await hostile.call("hostile", {"how": "write", "path": path})
    assert reply.error is not None
    assert reply.error.code == "agent_error"
    assert "Read-only file system" in hostile.said("hostile", "stderr") or "Permission" in hostile.said(
        "hostile", "stderr"
    )


async def test_files_of_the_machine_are_not_there(hostile: Host, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret of the node")
    for path in (
        "/etc/shadow",
        "/etc/passwd",
        str(tmp_path / "secret"),
        "/root/.*",
        "/home/*",
        "/var/*",
        "/agent/../etc/shadow",
    ):
        reply = await hostile.call("hostile", {"how": "read", "path": path})
        assert all(isinstance(each, int) for each in reply.output.values()), (path, reply.output)
    seen = (await hostile.call("hostile", {"how": "look"})).output
    allowed = ("/agent/", "/sdk/", "/etc/ld.so.cache", "/dev/", PYTHON)
    assert [name for name in seen["files"] if not name.startswith(allowed) and "/libpython" not in name] == []
    assert set(seen["environment"]) <= {
        *("HOME", "TMPDIR", "PATH", "LANG", "TZ", "PWD", "MALLOC_ARENA_MAX", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
    }


async def test_other_bundles_cannot_be_seen(hostile: Host) -> None:
    await hostile.add(from_folder(HOSTILE, name="other", limits=LIMITS))
    seen = (await hostile.call("hostile", {"how": "look"})).output["files"]
    assert len([name for name in seen if name.endswith("hostile.py")]) == 1
    assert not [name for name in seen if "/bundles/" in name or "/instances/" in name]


async def test_the_processes_of_the_machine_cannot_be_seen(hostile: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    environments = (await hostile.call("hostile", {"how": "read", "path": "/proc/*/environ"})).output
    assert len(environments) <= 6
    assert not [
        text for text in environments.values() if isinstance(text, str) and ("REDIS" in text or "HOME=/root" in text)
    ]
    assert all(
        isinstance(each, int)
        for each in (await hostile.call("hostile", {"how": "read", "path": "/proc/1/mem"})).output.values()
    )
    unix = (await hostile.call("hostile", {"how": "abstract_sockets"})).output["unix"]
    assert not [line for line in unix if "/" in line or "@" in line]


async def test_the_network_is_not_there(hostile: Host, redis_url: str, nats_url: str) -> None:
    assert (await hostile.call("hostile", {"how": "interfaces"})).output == {"names": ["lo"]}
    for url in (redis_url, nats_url):
        reply = await hostile.call("hostile", {"how": "connect", "port": urlsplit(url).port})
        assert reply.output == {"connected": False, "errno": errno.ECONNREFUSED}
    reply = await hostile.call("hostile", {"how": "connect", "host": "192.0.2.1", "port": 80})
    assert reply.output == {"connected": False, "errno": errno.ENETUNREACH}
    assert (await hostile.call("hostile", {"how": "resolve", "host": "example.org"})).output["found"] == ""


@pytest.mark.parametrize("how", ["spin", "ignore_cancel"])
async def test_whoever_does_not_stop_is_ended(hostile: Host, how: str) -> None:
    call_id = hostile.caller.send("hostile", {"how": how})
    await asyncio.sleep(0.5)
    began = time.monotonic()
    hostile.caller.control("hostile", "cancel", call_id, "no longer needed")
    reply = await hostile.caller.final(call_id)
    assert time.monotonic() - began < 5.5
    assert reply.error is not None
    assert (reply.error.code, "no longer needed" in reply.error.message) == ("cancelled", True)
    await said(hostile, f"did not stop call {call_id} within 2 s")
    await is_well_again(hostile)


async def test_an_endless_loop_ends_at_the_deadline_and_its_sister_may_try_again(hostile: Host) -> None:
    sister = hostile.caller.send("hostile", {"how": "wait", "amount": 30})
    reply = await hostile.call("hostile", {"how": "spin"}, deadline_ms=1000)
    assert reply.error is not None
    assert (reply.error.code, reply.error.retryable) == ("deadline_exceeded", True)
    other = (await hostile.caller.final(sister)).error
    assert other is not None
    assert (other.code, other.retryable) == ("agent_restarted", True)


async def test_cpu_time_of_a_call_is_limited(host: Host) -> None:
    await host.add(from_folder(HOSTILE, limits={**LIMITS, "cpu_s": 1.0}))
    reply = await host.call("hostile", {"how": "spin"})
    assert reply.error is not None
    assert (reply.error.code, reply.error.data) == ("cpu_limit", {"cpu_s": 1.0})
    assert "used more than 1 s of CPU time" in host.said("hostile")


async def test_nobody_works_while_there_is_no_call(hostile: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "IDLE_CPU_S", 1.0)
    assert (await hostile.call("hostile", {"how": "spin_afterwards"})).status == "ok"
    await said(hostile, "while it had no call")
    await is_well_again(hostile)


async def test_signals_reach_nobody(hostile: Host) -> None:
    reply = await hostile.call("hostile", {"how": "kill"})
    assert reply.status == "ok", hostile.said("hostile")
    assert (await hostile.call("hostile", {"how": "harmless"})).status == "ok"


async def test_huge_output_is_refused(hostile: Host) -> None:
    reply = await hostile.call("hostile", {"how": "huge_output", "amount": 20_000_000})
    assert reply.error is not None
    assert reply.error.code == "invalid_output"
    assert (await hostile.call("hostile", {"how": "huge_output", "amount": 2_000_000})).status == "ok"


@pytest.mark.parametrize("how", ["flood_log", "flood_without_lines", "flood_beats"])
async def test_a_flood_costs_the_node_nothing(hostile: Host, how: str) -> None:
    used = time.process_time()
    reply = await hostile.call("hostile", {"how": how}, deadline_ms=3000)
    used = time.process_time() - used
    assert reply.error is not None
    assert reply.error.code in ("deadline_exceeded", "memory_limit")
    assert used < 3.0
    log = hostile.runners["hostile"].log
    assert sum(len(line.text) for line in log.after(0, 5000)) < 2_000_000
    if how == "flood_log":
        assert "lines dropped: more than 200 a second" in hostile.said("hostile")
    assert sum(file.stat().st_size for file in hostile.folder.rglob("log.jsonl*")) < 20_000_000
    await is_well_again(hostile)


@pytest.mark.parametrize("how", ["garbage", "endless_frame", "deep_frame", "wrong_frame"])
async def test_nonsense_for_the_node_ends_the_process(hostile: Host, how: str) -> None:
    reply = await hostile.call("hostile", {"how": how}, deadline_ms=10_000)
    assert reply.error is not None
    assert reply.error.code == "agent_protocol"
    assert "sent what is no answer" in hostile.said("hostile")
    await is_well_again(hostile)


async def test_files_without_end_fail_the_call(hostile: Host) -> None:
    reply = await hostile.call("hostile", {"how": "endless_files"}, deadline_ms=10_000)
    assert reply.error is not None
    assert (reply.error.code, reply.error.message.partition(",")[0][-13:]) == ("disk_limit", "more than 100")


async def test_results_of_calls_that_are_not_there_change_nothing(hostile: Host) -> None:
    assert (await hostile.call("hostile", {"how": "false_results"})).output == {"honest": True}


@pytest.mark.parametrize(
    ("input", "data"),
    [
        ({"how": "close_all"}, {}),
        ({"how": "crash", "amount": 3}, {"exit_code": 3}),
        ({"how": "segfault"}, {"signal": "SIGSEGV"}),
    ],
)
async def test_a_crash_is_told_and_the_process_comes_back(hostile: Host, input: dict, data: dict) -> None:
    reply = await hostile.call("hostile", input)
    assert reply.error is not None
    assert (reply.error.code, reply.error.retryable) == ("agent_crashed", True)
    assert not data or reply.error.data == data
    assert "ended (agent_crashed)" in hostile.said("hostile")
    await is_well_again(hostile)
    state = hostile.runners["hostile"].state
    assert (state.ready, state.restarts) == (True, 1)
    assert state.last_reason.startswith("agent_crashed: it ")


REFUSED = (errno.EPERM, errno.EACCES, errno.EINVAL)
"""The last is what the kernel says to a user id that the user namespace does not know."""


async def test_the_kernel_refuses_what_an_agent_has_no_business_with(hostile: Host) -> None:
    found = (await hostile.call("hostile", {"how": "trace"})).output
    assert found.pop("sudo") == []
    assert {name: value for name, value in found.items() if value not in REFUSED} == {}


async def test_limits_cannot_be_raised(hostile: Host) -> None:
    found = (await hostile.call("hostile", {"how": "raise_limits"})).output
    assert [name for name, value in found.items() if value == "raised"] == []


async def test_there_are_no_programs(hostile: Host) -> None:
    assert (await hostile.call("hostile", {"how": "run_program"})).status == "error"
    assert "No such file or directory: '/bin/sh'" in hostile.said("hostile", "stderr")


async def test_nothing_is_left_behind(hostile: Host) -> None:
    assert (await hostile.call("hostile", {"how": "leave_behind"})).status == "ok"
    left = usage.read(hostile.runners["hostile"].state.pid).pids
    assert len(left) >= 3
    await hostile.remove("hostile")
    assert [pid for pid in left if alive(pid)] == []
    assert not [place for place in hostile.folder.rglob("*") if place.name in ("work", "files", "out")]
