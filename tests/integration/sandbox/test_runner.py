"""Instances of bundles: how they start, work, are stopped, and what goes wrong on the way."""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agentcluster import artifacts
from agentcluster.errors import AgentClusterError
from agentcluster.messaging import Bus, BusUnavailableError
from agentcluster.messaging.objects import Objects
from agentcluster.up import embedded
from agents.cluster.heartbeat import Process, decoder, node_key, state_bucket
from agents.domain.lifecycle import LifeState
from agents.node.sandbox import ObjectSource, Sandboxes, SandboxSettings, runner, support
from agents.node.sandbox.bundles import BundleCache
from agents.node.sandbox.errors import (
    AgentStartError,
    BundleDamagedError,
    BundleMissingError,
    SandboxMissingError,
)
from tests.conftest import Server
from tests.sandbox.bundles import Bundle, of_code
from tests.sandbox.host import Host, alive
from tests.waiting import until

HEAD = "import asyncio, os, sys, time\nfrom typing import Any\nfrom agentcluster.sdk import AgentError, Context, File, agent\n"
AGENT = '@agent(name="coded", version="1.2.0")\n'


def coded(body: str, **changes: Any) -> Bundle:
    return of_code(HEAD + body, **changes)


ECHO = coded(
    AGENT
    + """
async def run(value: Any = None, seconds: float = 0, context: Context = None) -> dict[str, Any]:
    await asyncio.sleep(seconds)
    return {"value": value, "pid": os.getpid(), "left": context.seconds_left(), "key": context.idempotency_key}
""".replace("context: Context = None", "*, context: Context")
)


async def test_calls_run_side_by_side_in_one_process(host: Host) -> None:
    await host.add(ECHO)
    began = time.monotonic()
    calls = [host.call("coded", {"value": number, "seconds": 0.5}, key=f"k{number}") for number in range(4)]
    replies = await asyncio.gather(*calls)
    assert time.monotonic() - began < 1.5
    assert [reply.output["value"] for reply in replies] == [0, 1, 2, 3]
    assert [reply.output["key"] for reply in replies] == ["k0", "k1", "k2", "k3"]
    assert len({reply.output["pid"] for reply in replies}) == 1
    assert all(0 < reply.output["left"] <= 300 for reply in replies)


async def test_plain_functions_run_in_threads_and_may_look_whether_to_stop(host: Host) -> None:
    body = (
        AGENT
        + "def run(*, context: Context) -> dict[str, str]:\n"
        + "    while True:\n        context.raise_if_over()\n        time.sleep(0.01)\n"
    )
    await host.add(coded(body))
    call_id = host.caller.send("coded", {})
    await asyncio.sleep(0.3)
    host.caller.control("coded", "cancel", call_id)
    reply = await host.caller.final(call_id)
    assert reply.error is not None
    assert reply.error.code == "cancelled"
    assert host.runners["coded"].state.restarts == 0


async def test_an_agent_s_own_error_arrives_as_it_is(host: Host) -> None:
    body = (
        AGENT
        + "async def run(n: int) -> dict[str, int]:\n"
        + '    raise AgentError("too_odd", "n is too odd.", retryable=True, field="/n", data={"n": n})\n'
    )
    await host.add(coded(body))
    error = (await host.call("coded", {"n": 3})).error
    assert error is not None
    assert (error.code, error.message, error.retryable, error.field, error.data) == (
        *("too_odd", "n is too odd.", True, "/n"),
        {"n": 3},
    )
    wrong = (await host.call("coded", {"n": "three"})).error
    assert wrong is not None
    assert (wrong.code, wrong.field) == ("invalid_input", "/n")
    strange = (await host.call("coded", {"n": 1, "m": 2})).error
    assert strange is not None
    assert strange.code == "invalid_input"


async def test_an_unforeseen_error_shows_nothing_but_its_traceback_is_in_the_log(host: Host) -> None:
    await host.add(coded(AGENT + 'async def run() -> dict[str, int]:\n    raise KeyError("inner secret")\n'))
    error = (await host.call("coded", {})).error
    assert error is not None
    assert (error.code, "secret" in error.message) == ("agent_error", False)
    assert "KeyError: 'inner secret'" in host.said("coded", "stderr")


async def test_output_must_fit_its_schema(host: Host) -> None:
    intent = {"input": {"type": "object"}, "output": {"type": "object", "required": ["n"]}}
    await host.add(coded(AGENT + 'async def run() -> dict[str, int]:\n    return {"m": 1}\n', intent=intent))
    error = (await host.call("coded", {})).error
    assert error is not None
    assert error.code == "invalid_output"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import nothing_of_that_name\n", "No module named 'nothing_of_that_name'"),
        ("def broken(:\n", "SyntaxError"),
        ("x = 1\n", 'The module coded has no “run”.'),
        ("def run() -> dict: ...\n", "is no agent"),
        ("import sys; sys.exit(5)\n", "SystemExit"),
        ("import os; os._exit(5)\n", "Its process ended at its start."),
        ("import time; time.sleep(60)\n", "It was not ready within 1 s."),
        ("held = b'x' * 600_000_000\n", "MemoryError"),
    ],
)  # fmt: skip
async def test_what_cannot_be_started_says_why_and_leaves_nothing(
    host: Host, monkeypatch: pytest.MonkeyPatch, code: str, why: str
) -> None:
    monkeypatch.setattr("agents.node.sandbox.session.START_S", 1.0)
    with pytest.raises(AgentStartError) as caught:
        await host.add(of_code(code, limits={"memory_mib": 128}))
    assert why in caught.value.message + "".join(caught.value.data.get("said", []))
    assert host.node.agents == []


async def test_no_module_of_the_machine_can_be_imported_unless_the_operator_allows(host: Host, tmp_path: Path) -> None:
    body = (
        "import wanted\n"
        + AGENT
        + 'async def run() -> dict[str, int]:\n    return {"n": wanted.N, "django": "django" in sys.modules}\n'
    )
    with pytest.raises(AgentStartError, match="No module named 'wanted'"):
        await host.add(coded(body))
    packages = tmp_path / "allowed"
    packages.mkdir()
    (packages / "wanted.py").write_text("N = 7\n")
    await host.add(coded(body), SandboxSettings(packages=(packages,)))
    assert (await host.call("coded", {})).output == {"n": 7, "django": False}


async def test_a_missing_or_damaged_bundle_is_told(host: Host) -> None:
    class Nothing(Bundle):
        async def fetch(self, identity: str) -> bytes | None:
            return None

    class Other(Bundle):
        async def fetch(self, identity: str) -> bytes | None:
            return coded(AGENT + "async def run() -> dict[str, int]:\n    return {}\n").data

    class Broken(Bundle):
        async def fetch(self, identity: str) -> bytes | None:
            return self.data[:-100]

    for kind, error in ((Nothing, BundleMissingError), (Other, BundleDamagedError), (Broken, BundleDamagedError)):
        with pytest.raises(error):
            await host.add(kind.of_zip(ECHO.data))
    assert [*(host.folder / "bundles").iterdir()] == []


async def test_bundles_come_from_the_object_store(host: Host, bus: Bus) -> None:
    objects = Objects(bus, "test-bundles")
    source = ObjectSource(objects)
    assert await source.fetch(ECHO.found.identity) is None
    await objects.put(ECHO.found.identity.rpartition(":")[2], ECHO.data)
    assert await source.fetch(ECHO.found.identity) == ECHO.data


async def test_a_bundle_is_unpacked_once_and_the_oldest_makes_room(tmp_path: Path) -> None:
    cache = BundleCache(tmp_path, 1)
    bundles = [
        coded(f"# {number} {'x' * 300_000}\n" + AGENT + "async def run() -> dict[str, int]:\n    return {}\n")
        for number in range(4)
    ]
    first = await cache.hold(bundles[0].found.identity, bundles[0])
    assert (await cache.hold(bundles[0].found.identity, bundles[0])) == first
    assert bundles[0].fetched == 1
    assert not [file for file in first.rglob("*") if file.is_file() and file.stat().st_mode & 0o222]
    places = []
    for bundle in bundles[1:]:
        places.append(await cache.hold(bundle.found.identity, bundle))
        cache.release(bundle.found.identity)
    assert [place.exists() for place in (first, *places)] == [True, False, True, True]
    assert BundleCache(tmp_path, 1) is not None
    with pytest.raises(BundleDamagedError):
        await cache.hold("agent://sha256:../../etc", bundles[0])


async def test_a_new_version_runs_beside_the_old_one_and_the_old_one_goes(host: Host) -> None:
    await host.add(ECHO)
    first = host.runners["coded"]
    pid = first.state.pid
    call_id = host.caller.send("coded", {"seconds": 0.5})
    await asyncio.sleep(0.2)
    hosted = host.node.hosting.find(host.node.agents[0].instance)
    assert hosted is not None
    await host.node.hosting.remove(hosted, 5)
    assert (await host.caller.final(call_id)).status == "ok"
    assert not alive(pid)
    assert "stopped" in first.log.after(0)[-1].text


async def test_without_a_sandbox_only_trusted_bundles_run_where_the_operator_says_so(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(support, "check", lambda: (False, "bubblewrap is not installed."))
    optional = SandboxSettings(trusted_without=True)
    with pytest.raises(SandboxMissingError, match="bubblewrap is not installed"):
        await host.add(ECHO)
    with pytest.raises(SandboxMissingError, match="runs no bundles"):
        await host.add(ECHO, optional)
    with pytest.raises(SandboxMissingError, match="NODE_SANDBOX=optional"):
        await host.add(ECHO, trusted=True)
    instance = await host.add(ECHO, optional, trusted=True)
    assert (await host.call("coded", {"value": 1})).output["value"] == 1
    assert (instance.state.sandboxed, instance.state.ready) == (False, True)
    assert "without a sandbox" in host.said("coded")


async def test_limits_hold_without_a_sandbox_too(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support, "check", lambda: (False, "none"))
    body = (
        AGENT
        + "async def run() -> dict[str, int]:\n    held = []\n    while True:\n        held.append(b'x' * 4_000_000)\n"
    )
    await host.add(coded(body, limits={"memory_mib": 128}), SandboxSettings(trusted_without=True), trusted=True)
    error = (await host.call("coded", {})).error
    assert error is not None
    assert error.code == "memory_limit"


async def test_the_network_is_there_when_it_was_granted(host: Host, nats_url: str) -> None:
    body = AGENT + (
        "async def run(port: int) -> dict[str, int]:\n    import socket\n"
        "    with socket.create_connection(('127.0.0.1', port), timeout=5) as one:\n        return {'n': len(one.recv(100))}\n"
    )
    port = int(nats_url.rpartition(":")[2])
    await host.add(coded(body, network="full"), network=True)
    assert (await host.call("coded", {"port": port})).output == {"n": 100}
    await host.remove("coded")
    await host.add(coded(body, network="full"))
    assert (await host.call("coded", {"port": port})).status == "error"
    await host.remove("coded")
    await host.add(coded(body), network=True)
    assert (await host.call("coded", {"port": port})).status == "error"


async def test_with_the_network_the_servers_of_make_up_still_ask_for_their_password(host: Host, tmp_path: Path) -> None:
    ports, servers = [embedded.free_port() for _ in range(2)], []
    commands = (embedded.valkey_command(tmp_path / "v", ports[0], password="k" * 32),
                embedded.nats_command(tmp_path / "n", ports[1], password="k" * 32))  # fmt: skip
    for command, port in zip(commands, ports, strict=True):
        servers.append(Server(command, port, ""))
    body = (
        AGENT
        + "async def run(valkey: int, nats: int) -> dict[str, str]:\n"
        + "    told = {}\n"
        + "    for name, port, said in (('valkey', valkey, 'KEYS *'), ('nats', nats, 'CONNECT {}\\r\\nPING')):\n"
        + "        reader, writer = await asyncio.open_connection('127.0.0.1', port)\n"
        + "        writer.write(said.encode() + b'\\r\\n')\n"
        + "        lines = [await reader.readline() for _ in range(1 if name == 'valkey' else 2)]\n"
        + "        told[name] = lines[-1].decode()\n"
        + "    return told\n"
    )
    await host.add(coded(body, network="full"), network=True)
    reply = await host.call("coded", {"valkey": ports[0], "nats": ports[1]})
    for server in servers:
        server.stop()
    assert reply.output["valkey"].startswith("-NOAUTH")
    assert "Authorization Violation" in reply.output["nats"]


async def test_a_process_that_keeps_crashing_is_started_with_growing_pauses(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "WAIT_S", 0.2)
    instance = await host.add(coded(AGENT + "async def run() -> dict[str, int]:\n    os._exit(9)\n"))
    codes = set()
    for _ in range(8):
        error = (await host.call("coded", {})).error
        assert error is not None
        codes.add((error.code, error.retryable))
    assert codes == {("agent_crashed", True), ("unavailable", True)}
    pauses = [line.text for line in instance.log.after(0) if line.text.startswith("starts again in")]
    assert pauses[:2] == ["starts again in 0.5 s", "starts again in 1 s"]
    assert instance.state.last_reason == "agent_crashed: it ended by itself with exit code 9"
    (told,) = host.node._beats.beat().agents
    assert (told.state, told.process) == (LifeState.RUNNING, instance.process)
    assert told.process is not None
    assert (told.process.reason, told.process.restarts > 0) == (instance.state.last_reason, True)
    assert len(msgspec.json.encode(told.process)) < 200


async def told_process(bus: Bus, host: Host) -> Process:
    value = await state_bucket(bus).get(node_key(host.node.profile.node_id))
    assert value is not None
    (told,) = decoder.decode(value).agents
    assert told.process is not None
    assert (told.trouble == "") is told.process.ready
    return told.process


async def test_the_cluster_hears_at_once_that_an_instance_ended_and_that_it_is_back(
    host: Host, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "PAUSE_S", 3.0)
    one = await host.add(ECHO)
    os.kill(one.state.pid, signal.SIGKILL)
    for ready, restarts in ((False, 0), (True, 1)):
        async with asyncio.timeout(4.5):
            while (told := await told_process(bus, host)).ready is not ready or not told.reason:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert (told.restarts, told.reason) == (restarts, "agent_crashed: it was ended by SIGKILL")
    await until(lambda: one.process.memory_mib > 1 and one.process.tasks > 0, 5)


async def test_files_that_are_gone_or_too_large_are_refused(host: Host) -> None:
    body = AGENT + "async def run(file: File) -> dict[str, int]:\n    return {'n': len(file.read_bytes())}\n"
    await host.add(coded(body, limits={"disk_mib": 1}))
    small = artifacts.put_bytes(b"x" * 1000, "text/plain", "a b.txt")
    large = artifacts.put_bytes(b"x" * 2_000_000, "text/plain", "large.txt")
    assert (await host.call("coded", {"file": small.to_value()})).output == {"n": 1000}
    too_large = (await host.call("coded", {"file": large.to_value()})).error
    gone = {"$artifact": {"digest": "sha256:" + "0" * 64, "size": 1}}
    missing = (await host.call("coded", {"file": gone})).error
    assert too_large is not None
    assert missing is not None
    assert (too_large.code, missing.code) == ("file_missing", "file_missing")


async def test_files_of_an_output_are_bounded(host: Host) -> None:
    body = (
        AGENT
        + "async def run(n: int, *, context: Context) -> dict[str, Any]:\n"
        + "    return {'file': context.file('../x.bin', b'x' * n)}\n"
    )
    await host.add(coded(body, limits={"disk_mib": 4}))
    reply = await host.call("coded", {"n": 3_000_000})
    ref = artifacts.ArtifactRef.from_value(reply.output["file"])
    assert (ref.name, artifacts.size(ref)) == ("x.bin", 3_000_000)
    error = (await host.call("coded", {"n": 5_000_000})).error
    assert error is not None
    assert error.code == "disk_limit"


def test_a_source_that_is_away_is_a_matter_of_time() -> None:
    assert issubclass(BusUnavailableError, AgentClusterError)
    assert BusUnavailableError.retryable
    assert BundleMissingError.retryable


def test_an_instance_id_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="instance"):
        Sandboxes(ECHO, tmp_path, SandboxSettings()).runner(ECHO.deployment(), ECHO.manifest, "../x")


async def test_whatever_keeps_it_from_starting_again_it_is_tried_again(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await host.add(ECHO)
    begin, failures = runner.Session.begin, [OSError(24, "Too many open files"), RuntimeError("can't start new thread")]

    async def troubled(*given: Any) -> Any:
        if failures:
            raise failures.pop(0)
        return await begin(*given)

    monkeypatch.setattr(runner.Session, "begin", troubled)
    os.kill(one.state.pid, signal.SIGKILL)
    await until(lambda: one.state.restarts == 3 and one.state.ready, 20)
    assert (await host.call("coded", {"value": 1})).output["value"] == 1
    assert "could not start again: can't start new thread" in host.said("coded")


async def test_a_process_that_cannot_be_cleared_away_is_answered_for_and_replaced(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await host.add(ECHO)
    call_id = host.caller.send("coded", {"seconds": 30})
    await until(lambda: one._session is not None and bool(one._session.exchange.flights), 10)
    session = one._session
    assert session is not None
    close = session.process.close

    async def troubled(wait_s: float = 0.0) -> int:
        await close(wait_s)
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr(session.process, "close", troubled)
    os.kill(one.state.pid, signal.SIGKILL)
    error = (await host.caller.final(call_id)).error
    assert error is not None
    assert (error.code, error.retryable) == ("agent_restarted", True)
    await until(lambda: one.state.ready, 20)
    assert (await host.call("coded", {"value": 1})).output["value"] == 1
