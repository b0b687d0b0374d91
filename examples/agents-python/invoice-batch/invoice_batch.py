"""Writes invoices: an effect that must happen once, though a step may be tried again."""

import asyncio
import sqlite3
import tempfile
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from agentcluster.sdk import AgentError, Context, agent

# Stands for the bookkeeping system, which remembers the key of each request. A real one is outside of the sandbox
# (network: full): this folder is as short-lived as the instance.
BOOKS = Path(tempfile.gettempdir()) / "books.sqlite3"
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS invoice (number INTEGER PRIMARY KEY, request TEXT UNIQUE, customer TEXT, cents INT)"
)


class Order(Struct):
    """What somebody bought, in cents."""

    customer: Annotated[str, Meta(min_length=1, max_length=200)]
    cents: Annotated[int, Meta(ge=1)]


class Invoice(Struct):
    """``new``: it was written by this very call, not by an earlier attempt."""

    number: int
    customer: str
    cents: int
    new: bool


class Invoices(Struct):
    """One for each order, in their order."""

    invoices: list[Invoice]
    total_cents: int


@agent(name="invoice-batch", version="1.0.0", capabilities=["invoice"])
async def write(
    orders: Annotated[list[Order], Meta(min_length=1, max_length=1000)],
    pause_ms: Annotated[int, Meta(ge=0, le=1000, description="How long each invoice takes.")] = 0,
    *,
    context: Context,
) -> Invoices:
    """Gives each order an invoice number, once, however often it is asked."""
    written = []
    with sqlite3.connect(BOOKS) as books:
        books.execute(SCHEMA)
        for index, order in enumerate(orders):
            written.append(_write(books, f"{context.idempotency_key}/{index}", order))
            books.commit()
            context.heartbeat({"written": index + 1, "of": len(orders)})
            await asyncio.sleep(pause_ms / 1000)
    context.log("written", invoices=len(written), new=sum(each.new for each in written))
    return Invoices(written, sum(each.cents for each in written))


def _write(books: sqlite3.Connection, request: str, order: Order) -> Invoice:
    """Write an invoice, or find the one that this request has led to before."""
    added = books.execute(
        "INSERT OR IGNORE INTO invoice (request, customer, cents) VALUES (?, ?, ?)",
        (request, order.customer, order.cents),
    ).rowcount
    number, customer, cents = books.execute(
        "SELECT number, customer, cents FROM invoice WHERE request = ?", (request,)
    ).fetchone()
    if (customer, cents) != (order.customer, order.cents):
        raise AgentError("order_changed", "This order has an invoice already, with another customer or sum.")
    return Invoice(number, customer, cents, bool(added))
