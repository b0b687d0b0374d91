"""``bundle refused``."""

from typing import Annotated, Any

import typer

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK
from agentcluster.cli.output import print_json, print_rows
from agentcluster.cli.values import size


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(refused)


def refused(
    by: Annotated[str, typer.Option("--by", help="Only what this account sent")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with every check")] = False,
) -> int:
    """List uploads that were refused, newest first: all for who decides on bundles, else your own.

    Example: agent-coordinator bundle refused --by author
    """
    with Api(installation.find()) as api:
        rows = api.rows("bundles/refused", limit, by=by)
    if as_json:
        print_json(rows)
    else:
        print_rows([_row(row) for row in rows], "No upload was refused.")
    return OK


def _row(row: dict[str, Any]) -> dict[str, Any]:
    failed = sorted({check["name"] for check in row["checks"] if not check["ok"]})
    return {
        "at": row["at"][:16].replace("T", " "),
        "by": row["by"] or "-",
        "upload": row["bundle"] or row["name"] or "-",
        "code": row["code"] + (", dry run" if row["dry_run"] else ""),
        "failed": ", ".join(failed) or "-",
        "size": "-" if row["size"] is None else size(row["size"]),
        "sha256": (row["zip_digest"] or "-")[:12],
    }
