"""Waiting until the server takes more: what it refused because it came too fast may be sent again."""

import time

from rich.text import Text

from agentcluster.cli.errors import CliError
from agentcluster.cli.output import errors

TOO_FAST = ("rate_limited", "too_many_starts")


def wait_out(error: CliError) -> None:
    """Wait as long as the server asked for, and say so; raise ``error`` when it is about something else."""
    if error.data.get("code") not in TOO_FAST:
        raise error
    wait_s = int(error.data.get("retry_after", 1))
    errors.print(Text(f"{error.message} Waiting {wait_s:,} s."), soft_wrap=True)
    time.sleep(wait_s)
