"""How values look in a terminal: tables as tables, files by name and size, the rest as text or JSON."""

import json
from typing import Any, Final

from rich.console import Console, RenderableType
from rich.json import JSON
from rich.table import Table
from rich.text import Text

ROWS: Final = 12
COLUMNS: Final = 10


def show_output(console: Console, output: Any, links: str) -> None:
    """Print a run's output, field by field; ``links`` is the address under which its artifacts are downloaded."""
    if not isinstance(output, dict) or not output:
        console.print(_plain(output) if output else Text("no output", style="dim"))
        return
    for name, value in output.items():
        console.print(Text(name, style="bold"))
        what = rendered(value, links)
        console.print(what, soft_wrap=isinstance(what, Text))


def rendered(value: Any, links: str) -> RenderableType:
    """Return what to print for one value."""
    if isinstance(value, dict):
        if "$artifact" in value:
            return _file(value["$artifact"], links)
        if "columns" in value and "preview" in value:
            return _table(value, links)
        if "figure" in value:
            png = value.get("png")
            return Text.assemble("chart", "\n" if png else "", _file(png["$artifact"], links) if png else "")
    return _plain(value)


def size(count: int) -> str:
    """Return a number of bytes for people."""
    amount = float(count)
    for unit in ("B", "KB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def _plain(value: Any) -> RenderableType:
    if isinstance(value, str):
        return Text(value)
    return JSON(json.dumps(value, ensure_ascii=False)) if isinstance(value, dict | list) else Text(json.dumps(value))


def _file(ref: dict[str, Any], links: str) -> Text:
    name = ref.get("name") or ref["media_type"]
    return Text(f"{name} ({size(ref['size'])})  {links}/{ref['digest']}")


def _table(value: dict[str, Any], links: str) -> Table:
    columns, rows = value["columns"][:COLUMNS], value["preview"][:ROWS]
    hidden = len(value["columns"]) - len(columns)
    caption = f"{value['row_count']:,} rows" + (f", {hidden} more columns" if hidden else "")
    table = Table(caption=caption, caption_justify="left")
    for column in columns:
        right = column["type"] in ("integer", "number")
        table.add_column(Text(column["name"]), justify="right" if right else "left")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row[:COLUMNS]))
    return table
