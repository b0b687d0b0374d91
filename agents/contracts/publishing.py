"""From the database to every process: contracts in use stand in a key-value bucket, which all watch.

A change is published at once by the process that made it; an engine worker makes good what was missed.
"""

import asyncio
import logging
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

import msgspec
from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import Q

from agentcluster import subjects
from agentcluster.errors import AgentClusterError
from agentcluster.messaging import Bucket, Bus, connect
from agents.contracts.models import ContractVersion, Schema
from agents.contracts.reading import references_of
from agents.domain.contracts.binding import Binding, StoredSchema

logger = logging.getLogger(__name__)

BINDINGS: Final = "bindings"
SCHEMAS: Final = "schemas/"
CONNECT_S: Final = 2.0
REPEAT_S: Final = 5.0


@dataclass(frozen=True)
class InUse:
    """All that processes need to know: the bindings, and the schemas by id."""

    bindings: list[Binding] = field(default_factory=list)
    schemas: dict[int, StoredSchema] = field(default_factory=dict)


def bucket(bus: Bus) -> Bucket:
    """Return the bucket of contracts in use."""
    return Bucket(bus, subjects.CONTRACTS)


def in_use() -> InUse:
    """Return the contracts that apply to subjects or agents, from the database, in three queries or so."""
    used = Q(contract__system=False) & ~Q(contract__pattern="")
    rows = ContractVersion.objects.filter(used, deleted=False).select_related("contract").order_by("number")
    by_contract: defaultdict[str, list[ContractVersion]] = defaultdict(list)
    for row in rows:
        by_contract[row.contract.name].append(row)
    ids = {row.schema_id for rows in by_contract.values() for row in rows}
    schemas: dict[int, StoredSchema] = {}
    while missing := ids - schemas.keys():
        for schema in Schema.objects.filter(pk__in=missing):
            schemas[schema.pk] = _stored(schema)
        ids |= {inner for schema in schemas.values() for inner in schema.references.values()}
        if missing - schemas.keys():
            break
    bindings = [_binding(rows, schemas) for _, rows in sorted(by_contract.items())]
    return InUse(bindings, schemas)


def publish_soon() -> None:
    """Publish what is in use as soon as the change at hand is committed; never fails, never waits."""
    transaction.on_commit(lambda: _publisher.take(in_use()))


async def publish(bus: Bus, wanted: InUse) -> bool:
    """Write what has changed, the schemas first; whether there was anything. BusUnavailableError."""
    there = bucket(bus)
    keys = set(await there.keys())
    changed = False
    for schema_id, schema in wanted.schemas.items():
        if f"{SCHEMAS}{schema_id}" not in keys:
            await there.put(f"{SCHEMAS}{schema_id}", msgspec.json.encode(schema))
            changed = True
    bindings = msgspec.json.encode(wanted.bindings)
    if await there.get(BINDINGS) != bindings:
        await there.put(BINDINGS, bindings)
        changed = True
    for key in keys:
        if key.startswith(SCHEMAS) and int(key.removeprefix(SCHEMAS)) not in wanted.schemas:
            await there.delete(key)
    return changed


async def run_publisher(bus: Bus) -> None:
    """Keep the bucket as the database says, until cancelled."""
    while True:
        try:
            if await publish(bus, await asyncio.to_thread(_read)):
                logger.info("contracts in use were published")
        except DatabaseError as error:
            logger.warning("contracts cannot be read: %s", error)
        except AgentClusterError as error:
            logger.warning("contracts cannot be published: %s", error.message)
        await asyncio.sleep(REPEAT_S)


def _read() -> InUse:
    close_old_connections()
    try:
        return in_use()
    finally:
        close_old_connections()


def _stored(schema: Schema) -> StoredSchema:
    named = {}
    for reference in references_of(schema):
        row = ContractVersion.objects.filter(contract__name=reference.subject, number=reference.version).first()
        if row is not None:
            named[reference.name] = row.schema_id
    return StoredSchema(schema.pk, schema.schema_type, schema.text, schema.compiled, named)


def _binding(rows: list[ContractVersion], schemas: dict[int, StoredSchema]) -> Binding:
    newest = rows[-1]
    accepted = {row.schema_id: row.semver for row in rows}
    kind = schemas[newest.schema_id].schema_type
    return Binding(newest.contract.name, newest.contract.pattern, kind, newest.schema_id, newest.semver, accepted)


class _Publisher:
    """A thread that publishes the newest of what it was given, and ends when there is no more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: InUse | None = None
        self._thread: threading.Thread | None = None

    def take(self, wanted: InUse) -> None:
        """Publish ``wanted`` unless something newer comes before its turn."""
        with self._lock:
            self._waiting = wanted
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="contracts-publisher", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        try:
            asyncio.run(self._publish())
        except AgentClusterError as error:
            logger.warning("a change of contracts waits for an engine worker to publish it: %s", error.message)
            with self._lock:
                self._waiting = None

    async def _publish(self) -> None:
        async with await connect(settings.NATS_URL, "contracts", wait_s=CONNECT_S) as bus:
            while True:
                with self._lock:
                    wanted, self._waiting = self._waiting, None
                    if wanted is None:
                        self._thread = None
                        return
                await publish(bus, wanted)


_publisher: Final = _Publisher()
