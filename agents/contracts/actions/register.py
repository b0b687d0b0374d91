"""Register a schema as the next version of a contract, if it is compatible with those before."""

import re
from typing import Final

import msgspec
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from semver import Version

from agentcluster.errors import BadInputError, ConflictError
from agentcluster.ids import sha256_of
from agentcluster.security import audit
from agentcluster.subjects import BadSubjectError, check_publishable
from agents.contracts import reading
from agents.contracts.access import home_of_new, may_bind, require_change, require_writable
from agents.contracts.compatibility import check_next
from agents.contracts.errors import BadContractError, BadVersionError, IncompatibleError
from agents.contracts.formats import ContractSchema, Reference, SchemaType
from agents.contracts.models import Contract, ContractVersion, Schema
from agents.contracts.publishing import publish_soon
from agents.domain.contracts.binding import agent_side
from agents.domain.contracts.compatibility import Incompatibility, Level

NAME: Final = re.compile(r"[^\s\x00-\x1f\x7f]{1,255}")
VALUE_SUFFIX: Final = "-value"
MAX_VERSIONS: Final = 1_000


def register(
    user: User,
    name: str,
    schema_type: SchemaType,
    text: str,
    references: tuple[Reference, ...] = (),
    *,
    semver: str = "",
    project: str = "",
) -> tuple[ContractVersion, bool]:
    """Return the version with this schema, and whether it is new; the same schema again is the same version.

    Finding the version of a known schema is reading, so that serializers of any project may ask for it. A new contract
    belongs to ``project`` (a slug; empty: the first one the user edits), and applies to the subject or agent of its name
    when the user may bind it.

    ``semver`` must be greater than the newest one; empty: the next minor version, or the next major one when the schema
    could not have been registered under BACKWARD or FORWARD.

    Raises:
        ForbiddenError: the user may not change the contract. ReadOnlyError: the contract takes no changes.
        BadInputError: there is no such project, or the contract belongs to another one.
        BadContractError: the schema, its references or the name make no sense. BadVersionError: so does ``semver``.
        TooManyChecksError: try again in a moment.
        IncompatibleError: with ``incompatibilities``, the reasons by field.
    """
    parsed = reading.parse_with(schema_type, text, references)
    for last in (False, True):
        try:
            with transaction.atomic():
                return _register(user, name, parsed, references, semver=semver, project=project)
        except IntegrityError:
            if last:
                raise ConflictError("Somebody else registers on this contract at the same moment; try again.") from None
    raise AssertionError("unreachable")


def _register(
    user: User, name: str, parsed: ContractSchema, references: tuple[Reference, ...], *, semver: str, project: str
) -> tuple[ContractVersion, bool]:
    contract = Contract.objects.select_for_update().filter(name=name).first()
    digest = digest_of(parsed, references)
    if contract is not None:
        known = reading.versions(contract).filter(schema__digest=digest).last()
        if known is not None:
            return known, False
    if contract is not None:
        require_change(user, contract)
    require_writable(contract)
    contract = contract or Contract(name=checked_name(name), project=home_of_new(user, project))
    if project and (contract.project is None or contract.project.slug != project):
        raise BadInputError(f"“{name}” is there already and belongs to another project, or to none.", field="/project")
    earlier = [*reading.versions(contract)] if contract.pk else []
    if len(earlier) >= MAX_VERSIONS:
        raise BadContractError(f"“{name}” has {MAX_VERSIONS:,} versions, as many as a contract may have.")
    check_type(contract, parsed.schema_type, earlier)
    found = check_next(reading.level_of(contract), parsed, earlier)
    if found:
        raise incompatible(contract.name, found)
    if not earlier and not contract.pattern and may_bind(user):
        contract.pattern = default_pattern(name)
    row = add_version(user, contract, parsed, references, semver=semver, earlier=earlier)
    told = {"version": row.semver, "schema": row.schema_id, "pattern": contract.pattern}
    audit.announce(user, "contract.register", contract.pk, name, contract.project, **told)
    return row, True


def add_version(
    user: User | None,
    contract: Contract,
    parsed: ContractSchema,
    references: tuple[Reference, ...],
    *,
    semver: str,
    earlier: list[ContractVersion],
) -> ContractVersion:
    """Write the next version (for this package); what it must fulfil was checked."""
    newest = contract.versions.order_by("-number").first() if contract.pk else None
    contract.save()
    schema, _ = Schema.objects.get_or_create(
        digest=digest_of(parsed, references),
        defaults={
            "schema_type": parsed.schema_type.value,
            "text": parsed.text,
            "compiled": parsed.compiled,
            "references": msgspec.to_builtins(references),
        },
    )
    row = ContractVersion.objects.create(
        contract=contract,
        number=newest.number + 1 if newest else 1,
        semver=_checked_semver(contract, semver) if semver else _next_semver(contract, parsed, earlier),
        schema=schema,
        created_by=user,
    )
    publish_soon()
    return row


def digest_of(parsed: ContractSchema, references: tuple[Reference, ...]) -> str:
    """Return what tells schemas apart."""
    listed = sorted((each.name, each.subject, each.version) for each in references)
    content = [parsed.schema_type.value, parsed.canonical, listed]
    return sha256_of(msgspec.json.encode(content))


def checked_name(name: str) -> str:
    """Return the name of a new contract; BadContractError."""
    if not NAME.fullmatch(name):
        raise BadContractError("A contract's name is 1 to 255 characters without spaces, such as orders.created.v1.")
    return name


def default_pattern(name: str) -> str:
    """Return what a new contract applies to: the subject or agent of its own name, where that is free."""
    pattern = name.removesuffix(VALUE_SUFFIX)
    try:
        fits = agent_side(pattern) is not None or ("." in pattern and check_publishable(pattern))
    except BadSubjectError:
        return ""
    return pattern if fits and not Contract.objects.filter(pattern=pattern).exists() else ""


def check_type(contract: Contract, schema_type: SchemaType, earlier: list[ContractVersion]) -> None:
    """Pass unless an earlier version is of another type and must stay compatible; raises IncompatibleError."""
    others = {row.schema.schema_type for row in earlier} - {schema_type.value}
    if others and reading.level_of(contract) is not Level.NONE:
        message = f"the schema is of the type {schema_type}, but earlier versions are {', '.join(sorted(others))}."
        found = Incompatibility(
            "", "type_changed", message, "backward", earlier[-1].number, min(others), schema_type.value
        )
        raise incompatible(contract.name, [found])


def incompatible(name: str, found: list[Incompatibility]) -> IncompatibleError:
    """Return the error with every reason."""
    errors = [{"field": each.path, "message": each.message, "code": each.rule} for each in found]
    return IncompatibleError(
        f"The schema does not fit earlier versions of “{name}”. {found[0].path or 'As a whole'}: {found[0].message}",
        errors=errors,
        incompatibilities=msgspec.to_builtins(found),
    )


def _checked_semver(contract: Contract, semver: str) -> str:
    try:
        wanted = Version.parse(semver)
    except ValueError as error:
        raise BadVersionError(f"“{semver[:40]}” is no semantic version such as 1.2.0.", field="/version") from error
    newest = max((Version.parse(row.semver) for row in contract.versions.all()), default=None)
    if len(semver) > 40 or (newest is not None and wanted <= newest):
        raise BadVersionError(f"{semver} is not greater than {newest}, the newest version.", field="/version")
    return str(wanted)


def _next_semver(contract: Contract, parsed: ContractSchema, earlier: list[ContractVersion]) -> str:
    newest = max((Version.parse(row.semver) for row in contract.versions.all()), default=None)
    if newest is None:
        return "1.0.0"
    if not earlier or earlier[-1].schema.schema_type != parsed.schema_type.value:
        return str(newest.bump_major())
    last = reading.read(earlier[-1].schema)
    fits = not any(True for _ in parsed.reads(last)) or not any(True for _ in last.reads(parsed))
    return str(newest.bump_minor() if fits else newest.bump_major())
