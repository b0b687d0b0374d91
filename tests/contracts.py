"""Contracts of agents as the database has them, for tests of those who join; nodes hear nothing of them."""

from agents.contracts.models import Contract, ContractVersion, Schema

NARROW = '{"type": "array", "items": {"type": "integer"}}'


def bind(pattern: str, schema: str = NARROW) -> None:
    """Bind a contract in JSON Schema to the side of an agent (``agent.<name>.input``)."""
    contract = Contract.objects.create(name=pattern, pattern=pattern)
    row = Schema.objects.create(schema_type="JSON", digest=f"test:{pattern}", text=schema)
    ContractVersion.objects.create(contract=contract, number=1, semver="1.0.0", schema=row)
