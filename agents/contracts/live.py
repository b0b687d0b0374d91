"""The contracts in use as one process knows them: in memory, so that no message waits for the registry."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import msgspec

from agentcluster.messaging import Bus, BusUnavailableError, Watch
from agents.contracts.errors import BadContractError, ContractUnavailableError
from agents.contracts.formats import ContractSchema, SchemaType, parse
from agents.contracts.publishing import BINDINGS, SCHEMAS, bucket
from agents.domain.contracts.binding import Binding, Bindings, StoredSchema, agent_side

logger = logging.getLogger(__name__)

SYNC_S: Final = 3.0
_bindings: Final = msgspec.json.Decoder(list[Binding])
_schema: Final = msgspec.json.Decoder(StoredSchema)


class ContractBook:
    """Follows the bucket. Schemas never change, so each is fetched and read once in the life of the process."""

    def __init__(self, bus: Bus) -> None:
        """Know nothing until ``start``."""
        self.bindings = Bindings()
        self._bucket = bucket(bus)
        self._watch: Watch | None = None
        self._schemas: dict[int, asyncio.Task[ContractSchema]] = {}
        self._reads: dict[tuple[int, int], bool] = {}
        """Whether the first of two schemas, by their ids, reads what the second has written."""

    async def start(self) -> None:
        """Begin to follow; returns once the contracts are known, or after 3 s without them."""
        self._watch = Watch(self._bucket, BINDINGS, self._take)
        try:
            await asyncio.wait_for(self._watch.synced.wait(), SYNC_S)
        except TimeoutError:
            logger.warning("the contracts in use are not known yet: NATS does not tell them")
        if self._schemas:
            await asyncio.wait(self._schemas.values(), timeout=SYNC_S)

    async def stop(self) -> None:
        """Follow no more."""
        if self._watch is not None:
            await self._watch.stop()
        for task in self._schemas.values():
            task.cancel()

    async def schema(self, schema_id: int) -> ContractSchema:
        """Return a schema, from memory but for the first time; ContractUnavailableError."""
        return await asyncio.shield(self._fetched(schema_id))

    def at_hand(self, schema_id: int) -> ContractSchema | None:
        """Return a schema that is in memory; one that is not will be soon, if it can be had."""
        task = self._fetched(schema_id)
        return task.result() if task.done() else None

    def _fetched(self, schema_id: int) -> "asyncio.Task[ContractSchema]":
        task = self._schemas.get(schema_id)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._schemas[schema_id] = asyncio.ensure_future(self._fetch(schema_id))
            task.add_done_callback(_seen)
        return task

    async def reading(self, schema_id: int, newest: int, *, native: bool = False) -> Callable[[bytes], Any]:
        """Return what reads payloads of a schema: as messages of the ``newest`` where it can, else as they were written.

        ContractUnavailableError.
        """
        writer = await self.schema(schema_id)
        if schema_id == newest or writer.schema_type is SchemaType.JSON:
            return partial(writer.decode, native=native)
        reader, pair = await self.schema(newest), (newest, schema_id)
        if pair not in self._reads:
            self._reads[pair] = await asyncio.to_thread(_resolves, reader, writer)
        decode = partial(reader.decode, writer=writer) if self._reads[pair] else writer.decode
        return partial(decode, native=native)

    async def _fetch(self, schema_id: int) -> ContractSchema:
        schemas: dict[int, StoredSchema] = {}
        try:
            await self._collect(schema_id, schemas)
        except BusUnavailableError as error:
            raise ContractUnavailableError(f"Schema {schema_id} cannot be fetched: {error.message}") from error
        try:
            return await asyncio.to_thread(_read, schema_id, schemas)
        except (BadContractError, RecursionError, KeyError) as error:
            raise ContractUnavailableError(f"Schema {schema_id} cannot be read here: {error}") from error

    async def _collect(self, schema_id: int, into: dict[int, StoredSchema]) -> None:
        if schema_id in into:
            return
        data = await self._bucket.get(f"{SCHEMAS}{schema_id}")
        if data is None:
            raise ContractUnavailableError(f"There is no schema {schema_id} in use.")
        stored = into[schema_id] = _schema.decode(data)
        for inner in stored.references.values():
            await self._collect(inner, into)

    def _take(self, key: str, value: bytes | None, _deleted: bool) -> None:
        if key != BINDINGS:
            return
        try:
            bindings = _bindings.decode(value) if value else []
        except msgspec.MsgspecError as error:
            logger.warning("the contracts in use cannot be read, those before stay: %s", error)
            return
        self.bindings = Bindings(bindings)
        for binding in bindings:
            # Calls are written by who cannot wait for a schema.
            if agent_side(binding.pattern) and binding.schema_type != SchemaType.JSON:
                self.at_hand(binding.schema_id)


def _seen(task: "asyncio.Task[ContractSchema]") -> None:
    """Whoever wants the schema is told; nobody need be."""
    if not task.cancelled():
        task.exception()


def _resolves(reader: ContractSchema, writer: ContractSchema) -> bool:
    return reader.schema_type is writer.schema_type and not any(True for _ in reader.reads(writer))


def _read(schema_id: int, schemas: dict[int, StoredSchema]) -> ContractSchema:
    stored = schemas[schema_id]
    references: dict[str, ContractSchema] = {}
    if not stored.compiled:
        for name, inner in _all_references(stored, schemas).items():
            references[name] = _read(inner, schemas)
    return parse(SchemaType(stored.schema_type), stored.text, references, stored.compiled)


def _all_references(stored: StoredSchema, schemas: dict[int, StoredSchema]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, inner in stored.references.items():
        found.setdefault(name, inner)
        for deeper, deepest in _all_references(schemas[inner], schemas).items():
            found.setdefault(deeper, deepest)
    return found
