"""The box that says where AgentCluster is and how to get in."""

import io

from rich.box import ROUNDED
from rich.console import Console as RichConsole
from rich.panel import Panel
from rich.text import Text

from agentcluster.up.config import ANYWHERE, UpConfig


def banner(config: UpConfig, login_path: str, *, colour: bool = False, width: int = 100) -> str:
    """Return the box; the links stand on lines of their own, whole, so that a terminal can open them."""
    text = Text()
    text.append("AgentCluster is ready\n\n", style="bold")
    text.append("Address      ")
    text.append(config.address, style="bold blue")
    text.append("\nLog in once  ")
    text.append(config.address + login_path, style="bold blue")
    text.append(f"\nData folder  {config.home}\n")
    if config.host in ANYWHERE:
        text.append("\nIt listens on every network address: ALLOWED_HOSTS names the hosts it answers to.\n")
    text.append("\nThe link works once, for 15 minutes. Another one: ")
    text.append(".venv/bin/python manage.py loginlink", style="italic")
    text.append("\nCtrl-C stops everything.")
    out = io.StringIO()
    longest = max(len(line) for line in text.plain.splitlines()) + 6
    RichConsole(file=out, force_terminal=colour, width=max(width, longest), no_color=not colour, highlight=False).print(
        Panel(text, box=ROUNDED, expand=False, padding=(1, 2), border_style="blue")
    )
    return "\n" + out.getvalue()
