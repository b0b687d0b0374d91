"""Small workflow documents."""

from itertools import pairwise
from typing import Any


def document(*nodes: dict[str, Any], edges: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "schema": "agentcluster.workflow/v1",
        "nodes": list(nodes),
        "edges": [{"source": source, "target": target} for source, target in edges],
    }


def greeting() -> dict[str, Any]:
    """Needs an input ``name`` (text), may have ``file``; runs without any agent."""
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "punctuation": {"type": "string", "default": "!"},
            "file": {"type": "object", "x-type": "file"},
        },
        "required": ["name"],
    }
    return document(
        {"kind": "start", "id": "start", "schema": schema},
        {"kind": "transform", "id": "greet", "output": {"text": "Hello ${ input.name }${ input.punctuation }"}},
        {"kind": "end", "id": "end", "output": {"text": "${ steps.greet.text }"}},
        edges=[("start", "greet"), ("greet", "end")],
    )


def with_agent(version: str = "") -> dict[str, Any]:
    """One call of the agent ``file-reader``."""
    return document(
        {"kind": "start", "id": "start"},
        {
            "kind": "agent",
            "id": "say",
            "agent": "file-reader",
            "version": version,
            "input": {"path": "report.txt"},
        },
        {"kind": "end", "id": "end"},
        edges=[("start", "say"), ("say", "end")],
    )


def cyclic() -> dict[str, Any]:
    return document(
        {"kind": "start", "id": "start"},
        {"kind": "transform", "id": "a", "output": 1},
        {"kind": "transform", "id": "b", "output": 2},
        {"kind": "end", "id": "end"},
        edges=[("start", "a"), ("a", "b"), ("b", "a"), ("b", "end")],
    )


def never_answered() -> dict[str, Any]:
    """A call that the node refuses, tried again for ever so long: a run that goes on until it is cancelled."""
    return document(
        {"kind": "start", "id": "start"},
        {
            "kind": "http",
            "id": "call",
            "title": "Never answered",
            "input": {"method": "GET", "url": "http://192.0.2.1/"},
            "retry": {"attempts": 100, "initial_s": 30, "on": ["address_not_allowed"]},
        },
        {"kind": "end", "id": "end"},
        edges=[("start", "call"), ("call", "end")],
    )


def many_steps(items: int, padding: int = 0) -> dict[str, Any]:
    """A map over ``items`` numbers with one step each, whose output is ``padding`` characters long; no agent needed."""
    return document(
        {"kind": "start", "id": "start"},
        {"kind": "map", "id": "each", "items": list(range(items)), "concurrency": 20, "output": "${ index }"},
        {"kind": "transform", "id": "say", "parent": "each", "output": {"text": "x" * padding + "${ index }"}},
        {"kind": "end", "id": "end"},
        edges=[("start", "each"), ("each", "end")],
    )


def slow_steps(count: int) -> dict[str, Any]:
    """A chain of calls that are refused, tried again after 0.3 s, and then gone on from."""
    refused = {
        "kind": "http",
        "input": {"method": "GET", "url": "http://192.0.2.1/"},
        "retry": {"attempts": 2, "initial_s": 0.3, "on": ["address_not_allowed"]},
        "on_error": {"action": "continue"},
    }
    names = [f"call_{number}" for number in range(count)]
    chain = ["start", *names, "end"]
    calls = [{**refused, "id": name} for name in names]
    return document({"kind": "start", "id": "start"}, *calls, {"kind": "end", "id": "end"}, edges=[*pairwise(chain)])
