"""Producers and consumers are checked when they join: does what they declare fit the contract they name? (features B2)."""

from typing import Any

from agentcluster.errors import ConflictError
from agents.contracts import reading
from agents.contracts.formats import ContractSchema
from agents.contracts.models import Contract, ContractVersion
from agents.domain.contracts import json_schema
from agents.domain.contracts.reasons import Reason

Fault = dict[str, str]


class ContractMismatchError(ConflictError):
    """What the agent declares does not fit its contract."""

    code = "contract_mismatch"
    status = 422


def check_manifest(manifest: dict[str, Any], name: str) -> None:
    """Pass, or raise ContractMismatchError (with ``errors`` by field) when the agent's schemas do not fit.

    An agent must take all that the contract bound to ``agent.<name>.input`` allows, and give only what that of
    ``agent.<name>.output`` allows.
    """
    faults = manifest_faults(manifest, name)
    if faults:
        raise ContractMismatchError(
            f"The schemas of “{name}” do not fit its contracts. {faults[0]['field']}: {faults[0]['message']}",
            errors=faults,
        )


def manifest_faults(manifest: dict[str, Any], name: str) -> list[Fault]:
    """Return how an agent's schemas do not fit its contracts; empty when they do, or there are none."""
    found: list[Fault] = []
    for side in ("input", "output"):
        contract, schema = bound_to(f"agent.{name}.{side}")
        if contract is None or schema is None:
            continue
        declared = manifest["intent"][side]
        reasons = (
            json_schema.reasons(declared, schema.shape())
            if side == "input"
            else json_schema.reasons(schema.shape(), declared)
        )
        what = "messages of the contract" if side == "input" else "what the agent may give"
        found += (_fault(f"/intent/{side}", reason, f"{contract.name}: of {what}, ") for reason in reasons)
    return found[:20]


def consumer_faults(contract: Contract, wanted: Any) -> list[Reason]:
    """Return why a consumer with a JSON Schema does not take all messages of the contract's newest version."""
    _, schema = latest(contract.name)
    return [] if schema is None else [*json_schema.reasons(wanted, schema.shape(decoded=True))][:20]


def latest(name: str) -> tuple[Contract | None, ContractSchema | None]:
    """Return a contract and the schema of its newest version; None where there is none."""
    return _newest(contract__name=name)


def bound_to(pattern: str) -> tuple[Contract | None, ContractSchema | None]:
    """Return the same of the contract that is bound to exactly this pattern."""
    return _newest(contract__pattern=pattern)


def _newest(**wanted: str) -> tuple[Contract | None, ContractSchema | None]:
    row = (
        ContractVersion.objects.select_related("contract", "schema")
        .filter(**wanted, contract__system=False, deleted=False)
        .order_by("-number")
        .first()
    )
    return (None, None) if row is None else (row.contract, reading.read(row.schema))


def _fault(where: str, reason: Reason, before: str) -> Fault:
    return {"field": f"{where}{reason.path}", "message": before + reason.message, "code": reason.rule}
