"""Workflow documents in few words."""

from itertools import pairwise
from pathlib import Path
from typing import Any

Document = dict[str, Any]
START: Document = {"kind": "start", "id": "start"}


def node(kind: str, id: str, /, **settings: Any) -> Document:
    return {"kind": kind, "id": id, **settings}


def end(**output: Any) -> Document:
    return node("end", "end", output=output)


def transform(name: str, output: Any, **settings: Any) -> Document:
    return node("transform", name, output=output, **settings)


def act(name: str, ledger: Path, *, input: Document | None = None, **settings: Any) -> Document:
    """A call of the agent ``act``, which writes the step's name down unless ``input`` has another ``word``."""
    return node("agent", name, agent="act", input={"ledger": str(ledger), "word": name, **(input or {})}, **settings)


def edge(text: str) -> Document:
    """``a>b``, or ``a:port>b``."""
    ends, _, target = text.partition(">")
    source, _, port = ends.partition(":")
    return {"source": source, "target": target, **({"port": port} if port else {})}


def graph(*nodes: Document, edges: str, **settings: Any) -> Document:
    """``edges`` are separated by blanks; ``settings`` those of the workflow."""
    document = {
        "schema": "agentcluster.workflow/v1",
        "nodes": list(nodes),
        "edges": [edge(each) for each in edges.split()],
    }
    return document | ({"settings": settings} if settings else {})


def line(*nodes: Document, extra: tuple[Document, ...] = (), edges: str = "", **settings: Any) -> Document:
    """The start, then ``nodes`` one after the other; ``extra`` stand beside, joined by ``edges``."""
    whole = (START, *nodes) if nodes[0]["kind"] != "start" else nodes
    along = " ".join(f"{one['id']}>{other['id']}" for one, other in pairwise(whole))
    return graph(*whole, *extra, edges=f"{along} {edges}", **settings)
