"""``bundle keygen`` and ``bundle keys``: who vouches for bundles."""

import os
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK, CliError
from agentcluster.cli.output import console, errors, print_done, print_json, print_rows
from agentcluster.cli.workflow import confirm
from agents.domain.bundle.signature import key_id, public_of

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
keys_app = typer.Typer(help="The keys whose signatures the server trusts.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("keygen")(keygen)
    app.add_typer(keys_app, name="keys")
    keys_app.command("list")(list_keys)
    keys_app.command("add")(add)
    keys_app.command("remove")(remove)


def keygen(
    file: Annotated[Path, typer.Argument(help="Where the private key goes; the public one goes beside it, as .pub")],
    as_json: Json = False,
) -> int:
    """Make a key pair for signing bundles. Example: agent-coordinator bundle keygen release.key"""
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = public_of(private.private_bytes_raw())
    beside = file.with_name(f"{file.name}.pub")
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            written.write(pem)
        beside.write_text(f"{public}\n")
    except FileExistsError as error:
        raise CliError(f"{file} is there already; a key is not written over.") from error
    except OSError as error:
        raise CliError(f"{file} cannot be written: {error.strerror}.") from error
    if as_json:
        print_json({"key_id": key_id(public), "public_key": public, "private": str(file), "public": str(beside)})
        return OK
    console.print(Text(public, style="bold"), soft_wrap=True)
    errors.print(
        f"The private key is in {file}: keep it to yourself. Let the server trust the public one:\n"
        f'  agent-coordinator bundle keys add --name "Release" {beside}',
        soft_wrap=True,
    )
    return OK


def read_private(file: Path) -> bytes:
    """Return the private key in a PEM file (32 bytes); ``CliError`` says what is wrong with it."""
    try:
        found = serialization.load_pem_private_key(file.read_bytes(), None)
    except OSError as error:
        raise CliError(f"{file} cannot be read: {error.strerror}.", field="--sign") from error
    except TypeError as error:
        raise CliError(f"The key in {file} is protected by a password, which is not taken.", field="--sign") from error
    except ValueError as error:
        raise CliError(f"{file} holds no private key (PEM), as `bundle keygen` makes one.", field="--sign") from error
    if not isinstance(found, Ed25519PrivateKey):
        raise CliError(f"The key in {file} is of another kind; bundles are signed with Ed25519.", field="--sign")
    return found.private_bytes_raw()


def list_keys(as_json: Json = False) -> int:
    """List the trusted keys.

    Example: agent-coordinator bundle keys list --json
    """
    with Api(installation.find()) as api:
        rows = api.rows("signing-keys", 1000)
    if as_json:
        print_json(rows)
    else:
        shown = [
            {"id": row["id"], "name": row["name"], "added": row["created_at"][:10], "by": row["created_by"]}
            for row in rows
        ]
        print_rows(
            shown, "No key is trusted yet. Add one: agent-coordinator bundle keys add --name Release release.key.pub"
        )
    return OK


def add(
    key: Annotated[str, typer.Argument(help="The public key, or the .pub file it is in")],
    name: Annotated[str, typer.Option("--name", help="Whose key it is")],
    as_json: Json = False,
) -> int:
    """Trust a key. Example: agent-coordinator bundle keys add --name "Release" release.key.pub"""
    path = Path(key)
    try:
        text = path.read_text().strip() if path.is_file() else key
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(f"{key} cannot be read as a public key.") from error
    with Api(installation.find()) as api:
        row = api.post("signing-keys", {"name": name, "public_key": text})
    if as_json:
        print_json(row)
    else:
        console.print(Text(f"{row['name']}: trusted from now on ({row['id']})"))
    return OK


def remove(
    key: Annotated[str, typer.Argument(help="Id of the key")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
    as_json: Json = False,
) -> int:
    """Trust a key no longer; bundles that are approved stay so.

    Example: agent-coordinator bundle keys remove 3
    """
    confirm(f"Trust the key {key} no longer?", yes=yes)
    with Api(installation.find()) as api:
        api.delete(f"signing-keys/{key}")
    print_done({"id": key, "deleted": True}, f"{key}: no longer trusted", as_json)
    return OK
