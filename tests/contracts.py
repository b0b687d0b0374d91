"""Contracts of agents as the database has them, for tests of those who join; nodes hear nothing of them."""

from agents.contracts.models import Contract, ContractVersion, Schema

NARROW = '{"type": "array", "items": {"type": "integer"}}'


def bind(pattern: str, schema: str = NARROW, kind: str = "JSON") -> int:
    """Bind a contract to the side of an agent (``agent.<name>.input``); return the id of its schema."""
    contract = Contract.objects.create(name=pattern, pattern=pattern)
    row = Schema.objects.create(schema_type=kind, digest=f"test:{pattern}", text=schema)
    ContractVersion.objects.create(contract=contract, number=1, semver="1.0.0", schema=row)
    return row.pk
