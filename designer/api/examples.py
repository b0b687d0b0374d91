"""Examples in the OpenAPI document."""

from typing import Any, Final

GRAPH: Final[dict[str, Any]] = {
    "schema": "agentcluster.workflow/v1",
    "nodes": [
        {
            "kind": "start",
            "id": "start",
            "schema": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        },
        {"kind": "transform", "id": "greet", "output": {"text": "Hello ${ input.name }!"}},
        {"kind": "end", "id": "end", "output": {"text": "${ steps.greet.text }"}},
    ],
    "edges": [{"source": "start", "target": "greet"}, {"source": "greet", "target": "end"}],
}
_FILE: Final[dict[str, Any]] = {
    "digest": "sha256:9e3be819acb870f8e24cb9a92f7c31dbd778d0988b90074ddfe084486342c215",
    "size": 162072,
    "media_type": "text/csv",
    "name": "sales_q3.csv",
}
UPLOADED: Final[dict[str, Any]] = {**_FILE, "ref": {"$artifact": _FILE}}
START: Final[dict[str, Any]] = {"input": {"file": {"$artifact": _FILE}}, "labels": {"team": "sales"}}
_RECORD: Final[dict[str, Any]] = {
    "seq": 4,
    "at": 1795297550631,
    "epoch": 1,
    "prev": "c14e3b5e45ac11673f88b1c64d837e07",
    "event": {"type": "run_completed", "output": {"text": "Hello Ada!"}},
}
PAGE: Final[dict[str, Any]] = {"events": [_RECORD], "cursor": 4, "terminal": True}
STREAM: Final = (
    'id: 4\nevent: record\ndata: {"seq":4,"at":1795297550631,"epoch":1,"prev":"c14e3b5e45ac11673f88b1c64d837e07",'
    '"event":{"type":"run_completed","output":{"text":"Hello Ada!"}}}\n\nevent: end\ndata: {"status":"completed"}\n\n'
)
