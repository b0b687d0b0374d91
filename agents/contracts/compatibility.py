"""Would this schema be compatible? Asked when a version is registered, and beforehand."""

from collections.abc import Sequence
from typing import NamedTuple

from agents.contracts import reading
from agents.contracts.formats import ContractSchema, Reference, SchemaType
from agents.contracts.gate import TRIALS
from agents.contracts.models import Contract, ContractVersion
from agents.domain.contracts.compatibility import Incompatibility, Level, check


class Trial(NamedTuple):
    """A schema that was tried out, and what would break."""

    parsed: ContractSchema
    found: list[Incompatibility]


def check_next(level: Level, parsed: ContractSchema, earlier: Sequence[ContractVersion]) -> list[Incompatibility]:
    """Return what breaks when ``parsed`` follows the versions ``earlier`` (oldest first)."""
    rows = [row for row in earlier if row.schema.schema_type == parsed.schema_type.value]
    if not level.transitive:
        rows = rows[-1:]
    pairs = [(row.number, reading.read(row.schema)) for row in rows] if level is not Level.NONE else []
    return check(level, parsed, pairs, lambda reader, writer: reader.reads(writer))


def try_out(
    contract: Contract | None,
    schema_type: SchemaType,
    text: str,
    references: tuple[Reference, ...] = (),
    *,
    against: Sequence[ContractVersion] | None = None,
    level: Level | None = None,
) -> Trial:
    """Return what would break; nothing is written. ``against``: these versions only; ``level``: as if it held.

    Raises BadContractError when the schema is none, TooManyChecksError.
    """
    with TRIALS.place():
        parsed = reading.parse_with(schema_type, text, references)
        return Trial(parsed, _what_breaks(contract, parsed, against, level))


def _what_breaks(
    contract: Contract | None,
    parsed: ContractSchema,
    against: Sequence[ContractVersion] | None,
    level: Level | None,
) -> list[Incompatibility]:
    schema_type = parsed.schema_type
    holds = level or reading.level_of(contract)
    rows = [*reading.versions(contract)] if contract is not None and against is None else [*(against or ())]
    others = {row.schema.schema_type for row in rows} - {schema_type.value}
    if others and holds is not Level.NONE:
        message = f"the schema is of the type {schema_type}, but earlier versions are {', '.join(sorted(others))}."
        return [
            Incompatibility("", "type_changed", message, "backward", rows[-1].number, min(others), schema_type.value)
        ]
    if against is not None and not holds.transitive and len(rows) > 1:
        rows = rows[-1:]
    return check_next(holds, parsed, rows)
