"""Workflows that the browser tests run, as documents."""

from typing import Any

Graph = dict[str, Any]
FORM = {"type": "object", "properties": {"amount": {"type": "number", "title": "Amount"}}, "required": ["amount"]}


def document(nodes: list[Graph], edges: list[str], **settings: Any) -> Graph:
    """Return a document; an edge is ``source>target`` or ``source:port>target``."""
    return {
        "schema": "agentcluster.workflow/v1",
        "nodes": [{"position": {"x": 280 * place, "y": 0}, **node} for place, node in enumerate(nodes)],
        "edges": [_edge(edge) for edge in edges],
        **({"settings": settings} if settings else {}),
    }


def order(shop: str) -> Graph:
    """Return a saga: what was reserved and charged is undone when the order cannot be shipped."""
    return document(
        [
            {"kind": "start", "id": "start", "title": "Order"},
            _call(shop, "reserve", "Reserve stock"),
            _call(shop, "charge", "Charge the customer"),
            _call(shop, "ship", "Ship it"),
            {"kind": "end", "id": "end", "output": {"charged": "${ steps.charge.body }"}},
            _call(shop, "release", "Release the stock", at=(280, 200)),
            _call(shop, "refund", "Refund", at=(560, 200)),
        ],
        [
            *("start>reserve", "reserve>charge", "charge>ship", "ship>end"),
            *("reserve:compensate>release", "charge:compensate>refund"),
        ],
    )


def delivery(shop: str) -> Graph:
    """Return two calls in a row; nothing is undone, and the second says what the first gave."""
    send = {"url": f"{shop}/send", "method": "POST", "json": {"parcel": "${ steps.pack.body.pack }"}}
    return document(
        [
            {"kind": "start", "id": "start"},
            _call(shop, "pack", "Pack it"),
            {"kind": "http", "id": "send", "title": "Send it", "input": send},
            {"kind": "end", "id": "end", "output": {"parcel": "${ steps.pack.body.pack }"}},
        ],
        ["start>pack", "pack>send", "send>end"],
    )


def asking(title: str = "Manager approves") -> Graph:
    """Return a workflow that asks for an amount and goes on along what was decided."""
    return document(
        [
            {"kind": "start", "id": "start"},
            {"kind": "approval", "id": "ask", "title": title, "message": "Pay the invoice?", "schema": FORM},
            {"kind": "transform", "id": "pay", "title": "Pay", "output": "${ steps.ask.data.amount }"},
            {"kind": "end", "id": "end", "output": {"paid": "${ steps.pay }"}},
            {"kind": "end", "id": "refused", "title": "Not paid", "position": {"x": 560, "y": 160}},
        ],
        ["start>ask", "ask:approved>pay", "pay>end", "ask:rejected>refused"],
    )


def signalled() -> Graph:
    """Return a workflow that waits for a signal with a key."""
    schema = {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]}
    return document(
        [
            {"kind": "start", "id": "start"},
            {"kind": "signal", "id": "paid", "name": "paid", "key": "order-7", "schema": schema},
            {"kind": "transform", "id": "thank", "output": "Thanks for ${ steps.paid.data.amount }"},
            {"kind": "end", "id": "end"},
        ],
        ["start>paid", "paid>thank", "thank>end"],
    )


def greeting(shop: str) -> Graph:
    """Return a workflow for others to run inside a step: it greets in two steps."""
    return document(
        [
            {"kind": "start", "id": "start"},
            _call(shop, "greet", "Greet them"),
            {"kind": "transform", "id": "thank", "title": "Thank them", "output": "Thanks"},
            {"kind": "end", "id": "end", "output": {"said": "${ steps.thank }"}},
        ],
        ["start>greet", "greet>thank", "thank>end"],
    )


def repeating(inner: str) -> Graph:
    """Return a workflow with a loop of three rounds, then the workflow called ``inner`` inside a step."""
    return document(
        [
            {"kind": "start", "id": "start"},
            {
                "kind": "loop",
                "id": "rounds",
                "title": "Three rounds",
                "condition": "${ index < 3 }",
                "output": "${ steps.count }",
                "size": {"x": 420, "y": 200},
            },
            {
                "kind": "transform",
                "id": "count",
                "title": "Count on",
                "parent": "rounds",
                "output": "${ index + 1 }",
                "position": {"x": 80, "y": 70},
            },
            {
                "kind": "workflow",
                "id": "greet",
                "title": "Greet everybody",
                "workflow": inner,
                "position": {"x": 800, "y": 0},
            },
            {"kind": "end", "id": "end", "position": {"x": 1100, "y": 0}},
        ],
        ["start>rounds", "rounds>greet", "greet>end"],
    )


def waiting(seconds: float = 3600) -> Graph:
    """Return a workflow that waits."""
    return document(
        [
            {"kind": "start", "id": "start"},
            {"kind": "wait", "id": "rest", "title": "Let it rest", "seconds": seconds},
            {"kind": "end", "id": "end"},
        ],
        ["start>rest", "rest>end"],
    )


def _call(shop: str, what: str, title: str, at: tuple[int, int] | None = None) -> Graph:
    place = {"position": {"x": at[0], "y": at[1]}} if at else {}
    request = {"url": f"{shop}/{what}", "method": "POST", "json": {}}
    return {"kind": "http", "id": what, "title": title, "input": request, **place}


def _edge(text: str) -> dict[str, str]:
    source, target = text.split(">")
    name, _, port = source.partition(":")
    return {"source": name, "target": target, **({"port": port} if port else {})}
