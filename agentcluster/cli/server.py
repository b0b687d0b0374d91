"""What is done on the server itself, where the database is: tokens, login links, nodes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from agentcluster.cli import installation
from agentcluster.cli.errors import OK, CliError
from agentcluster.cli.output import console, errors, print_json
from agentcluster.errors import AgentClusterError

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
LogJson = Annotated[bool, typer.Option("--json", help="Log JSON, an object a line, to standard error")]
token_app = typer.Typer(help="API tokens, made on the server.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(token_app, name="token")
    app.command("login-link")(login_link)
    app.command("init")(init)


@contextmanager
def database(*, log_json: bool = False) -> Iterator[None]:
    """Set Django up, and turn its database errors and ours into sentences; ``log_json``: log JSON lines."""
    import django

    if log_json:
        os.environ["LOG_FORMAT"] = "json"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentcluster.settings")
    django.setup()
    from django.core.management.base import CommandError
    from django.db import DatabaseError

    try:
        yield
    except DatabaseError as error:
        raise CliError(
            f"The database of this installation cannot be used ({error}). Run this where the server runs, "
            "with the same AGENTCLUSTER_HOME and DATABASE_URL, after its first start."
        ) from error
    except CommandError as error:
        raise CliError(str(error)) from error
    except AgentClusterError as error:
        if isinstance(error, CliError):
            raise
        raise CliError(error.message) from error


def account(name: str) -> "User":
    """Return the user of this name (the administrator without one); CliError when there is none."""
    from django.contrib.auth.models import User

    from agentcluster.security.first_user import ensure_first_user

    user = User.objects.filter(username=name).first() if name else ensure_first_user()
    if user is None:
        names = ", ".join(User.objects.order_by("pk").values_list("username", flat=True)[:10])
        raise CliError(f"There is no user called {name}; there are {names or 'none yet'}.")
    return user


@token_app.callback()
def token() -> None:
    """API tokens, made on the server."""


@token_app.command("create")
def create_token(
    user: str,
    name: Annotated[str, typer.Option("--name", help="What it is for")] = "Command line",
    days: Annotated[int | None, typer.Option("--days", min=1, help="How long it lives; for ever when absent")] = None,
    as_json: Json = False,
) -> int:
    """Make a token for a user and print it; it is shown this once. Example: agent-coordinator token create admin"""
    with database():
        from agentcluster.security import tokens

        secret = tokens.create(account(user), name, days)
    if as_json:
        print_json({"token": secret, "user": user, "name": name, "days": days})
        return OK
    url = installation.running_here() or "http://localhost:8000"
    console.print(secret, style="bold", soft_wrap=True)
    errors.print(
        "Keep it: it is not shown again. Use it so:\n"
        f"  export AGENTCLUSTER_URL={url} AGENTCLUSTER_TOKEN={secret}\n"
        f'  curl -H "Authorization: Bearer $AGENTCLUSTER_TOKEN" {url}/api/v1/me',
        soft_wrap=True,
    )
    return OK


def login_link(
    user: Annotated[str, typer.Argument(help="User name; the administrator when absent")] = "",
    minutes: Annotated[int, typer.Option("--minutes", min=1, help="How long it can be used")] = 15,
    as_json: Json = False,
) -> int:
    """Print an address that logs a user in, once."""
    with database():
        from agentcluster.security import login_links

        path = login_links.create(account(user), minutes)
    url = (installation.running_here() or "") + path
    if as_json:
        print_json({"url": url, "minutes": minutes})
    else:
        console.print(url, soft_wrap=True)
    return OK


def init(
    *,
    name: Annotated[str, typer.Option("--name", help="What the node is called")],
    role: Annotated[str, typer.Option("--role", help="What it is for, such as orchestrator")] = "worker",
    region: Annotated[str, typer.Option("--region", help="Where it is")] = "",
    memory_limit: Annotated[
        str,
        typer.Option("--memory-limit", help="What its instances and worker processes may use, such as 4Gi or 512Mi"),
    ] = "",
    toolset: Annotated[
        str, typer.Option("--toolset", help="Agents it may host, separated by commas; all when absent")
    ] = "",
    as_json: LogJson = False,
) -> int:
    """Start a node here and keep it running until Ctrl-C.

    --toolset names built-in agents, which it hosts at once, and bundles, which it hosts when they are deployed.

    Example: agent-coordinator init --name planner-node --role orchestrator --memory-limit 4Gi
    --toolset "llm-router, file-reader, http-client"
    """
    given = {"--role": role, "--region": region, "--memory-limit": memory_limit, "--toolset": toolset}
    options = [part for option, value in given.items() if value for part in (option, value)]
    with database(log_json=as_json):
        from django.core.management import call_command

        call_command("runnode", "--name", name, *options)
    return OK
