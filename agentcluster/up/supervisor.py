"""Starts every process, keeps each alive, and ends all of them in order."""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any

from agentcluster.tasks import end
from agentcluster.up import address, servers
from agentcluster.up.banner import banner
from agentcluster.up.child import Child, ProcessSpec
from agentcluster.up.config import UpConfig
from agentcluster.up.console import Console, parse
from agentcluster.up.errors import BadSettingError, GivenUpError, StartError
from agentcluster.up.liveness import Watchman
from agentcluster.up.processes import app_specs, prepare_spec
from agentcluster.up.readiness import until_ready
from agentcluster.up.restart import RestartPolicy
from agentcluster.up.services import Services, remember

STOP_ORDER = (("web", "beat", "triggers", "worker", "jobs"), ("node", "gateway"), ("nats", "valkey"))
"""Who is asked to stop together; a group waits for the one before it, since work in hand still needs what follows."""


class Supervisor:
    """One start of AgentCluster. ``run`` ends when ``stop`` is called or a process is beyond help."""

    def __init__(self, config: UpConfig, console: Console) -> None:
        self.config, self.console = config, console
        self._children: dict[str, Child] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._stages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def stop(self) -> None:
        """Ask for the end; ``run`` returns when everything has stopped."""
        self._stopping.set()

    def kill(self) -> None:
        """End everything at once."""
        for child in self._children.values():
            if child.running:
                child.kill()

    async def run(self) -> None:
        """Start everything and stay until the end; raises ``StartError`` with the sentence that says what to do."""
        work = asyncio.create_task(self._work())
        stop = asyncio.create_task(self._stopping.wait())
        try:
            waited: list[asyncio.Future[Any]] = [work, stop, self._given_up]
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            for ended in (self._given_up, work):
                if ended.done():
                    ended.result()
        finally:
            self._stopping.set()
            self._given_up.cancel()
            await end(work)
            await stop
            address.withdraw(self.config.home)
            await self._stop_all()

    async def _work(self) -> None:
        services = servers.choose(self.config)
        await asyncio.gather(self._start_servers(services), servers.check_given(self.config))
        remember(self.config.home, services)
        login_path = await self._prepare_and_start(services)
        await until_ready(self.config.address, lambda missing: self.console.say(f"Still waiting for {missing}"))
        address.announce(self.config.home, self.config.address, self.config.grpc_port, self.config.ws_port)
        self._announce(login_path)
        await self._stopping.wait()

    def _announce(self, login_path: str) -> None:
        if self.config.log_json:
            url = self.config.address
            self.console.say("AgentCluster is ready", address=url, login=url + login_path)
        else:
            self.console.print(banner(self.config, login_path, colour=self.console.colour))

    async def _start_servers(self, services: Services) -> None:
        wanted = servers.specs(self.config, services)
        await asyncio.gather(*(self._start_server(spec, services) for spec in wanted))

    async def _start_server(self, spec: ProcessSpec, services: Services) -> None:
        child = await self._start(spec)
        url = services.redis_url if spec.name == "valkey" else services.nats_url
        await servers.until_answering(child, url, self.config.home)
        self._keep(child)

    async def _prepare_and_start(self, services: Services) -> str:
        """Run the preparation; start the processes once the tables are there. Return the login link's path."""
        child = await self._start(prepare_spec(self.config, services))
        ended = asyncio.create_task(child.wait())
        while True:
            stage = await self._next_stage(ended)
            if stage.get("stage") == "tables":
                await self._start_all(app_specs(self.config, services))
            elif stage.get("stage") == "done":
                await ended
                return str(stage.get("login_path", ""))
            elif stage.get("code") == BadSettingError.code:
                raise BadSettingError(str(stage["event"]))
            else:
                raise StartError(str(stage["event"]))

    async def _next_stage(self, ended: "asyncio.Task[int]") -> dict[str, Any]:
        told = asyncio.create_task(self._stages.get())
        await asyncio.wait({told, ended}, return_when=asyncio.FIRST_COMPLETED)
        if told.done():
            return told.result()
        told.cancel()
        if not self._stages.empty():
            return self._stages.get_nowait()
        return {"event": f"The preparation failed (exit code {ended.result()}); the log above says why."}

    async def _start_all(self, specs: Iterable[ProcessSpec]) -> None:
        for spec in specs:
            child = await self._start(spec)
            self._keep(child)
            self._keepers.append(asyncio.create_task(Watchman(self.config.home, child, self._tell_down).run()))

    async def _start(self, spec: ProcessSpec) -> Child:
        child = self._children[spec.name] = Child(spec, self._record)
        try:
            await child.start()
        except OSError as error:
            raise StartError(f"{spec.command[0]} cannot be run: {error.strerror}.") from None
        return child

    def _record(self, record: dict[str, Any]) -> None:
        if record.get("process") == "prepare" and "stage" in record:
            self._stages.put_nowait(record)
            if record["stage"] == "failed":
                return
            record = {key: record[key] for key in ("process", "level", "event")}
        self.console.write(record)

    def _keep(self, child: Child) -> None:
        self._keepers.append(asyncio.create_task(self._keep_alive(child)))

    async def _keep_alive(self, child: Child) -> None:
        policy = RestartPolicy()
        while True:
            code = await child.wait()
            if self._stopping.is_set():
                return
            delay = policy.delay_after(child.uptime_s)
            name = child.spec.name
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            if delay is None:
                self._give_up(child, f"{policy.crashes} times in a row (last: {how})")
                return
            self.console.say(f"{name} ended ({how}); starting it again in {delay:g} s", level="warning")
            await asyncio.sleep(delay)
            await child.start()

    def _tell_down(self, child: Child) -> None:
        self.console.say(f"{child.spec.name} does not answer that it lives; ending it", level="warning")

    def _give_up(self, child: Child, how_often: str) -> None:
        last = parse(child.spec.name, child.last_lines[-1])["event"] if child.last_lines else "none"
        if not self._given_up.done():
            self._given_up.set_exception(
                GivenUpError(
                    f"{child.spec.name} crashed {how_often}, so everything is stopped. Its last words: {last}. "
                    "The log above says more."
                )
            )

    async def _stop_all(self) -> None:
        await end(*self._keepers)
        for group in (("prepare",), *STOP_ORDER):
            with contextlib.suppress(ProcessLookupError):
                await asyncio.gather(*(self._stop_one(name) for name in group if name in self._children))

    async def _stop_one(self, name: str) -> None:
        if not await self._children[name].stop():
            self.console.say(f"{name} did not stop in time and was killed", level="warning")
