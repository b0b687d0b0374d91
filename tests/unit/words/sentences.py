"""The sentences in the sources of the server: whole ones, with those that are put together of several texts spelt out."""

import ast
import re
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from typing import Final, NamedTuple

from tests.unit.words.catalogue import ROOT

MOST: Final = 24
"""So many ways to put a sentence together are looked at."""
WHOLE: Final = re.compile(r"[A-Z“`'⟨].*[.?!⟩}]", re.S)
LOGS: Final = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
APART: Final = frozenset({"add_argument", "extend_schema", "OpenApiParameter", "OpenApiResponse", "OpenApiExample"})
TITLES: Final = frozenset({"help", "help_text", "description", "summary", "verbose_name"})
TOLD_ELSEWHERE: Final = (
    "agentcluster/admin", "agentcluster/dashboard", "agentcluster/management", "agentcluster/health",
    "agentcluster/cli", "agentcluster/up", "agentcluster/celery_settings", "agentcluster/settings",
    "agentcluster/gateway_settings", "agentcluster/environment", "agentcluster/api/document",
    "agentcluster/sdk/declare", "agentcluster/sdk/describe", "agentcluster/sdk/errors", "agentcluster/sdk/files",
    "agentcluster/sdk/manifest", "agentcluster/sdk/run", "agentcluster/sdk/process/wire", "agentcluster/sdk/toolkit",
    "agents/contracts/confluent", "agents/llm/structured", "agents/llm/engines/anthropic",
    "designer/ascode/json_schema", "agents/gateway/access", "agents/gateway/actions", "agents/gateway/conversation",
    "agents/gateway/grpc", "agents/gateway/lobby", "agents/gateway/models", "agents/gateway/offers",
    "agents/gateway/process", "agents/gateway/protobuf", "agents/gateway/generated", "agents/planner/settings",
    "agentcluster/api/settings", "agentcluster/security/models", "designer/api/examples", "designer/traces/sse",
    "designer/traces/socket", "agents/gateway/task_request", "agents/gateway/ws", "agents/planner/wording",
)  # fmt: skip
"""Said in a terminal, to programs at the gateway or the registry, to authors of bundles, to language models."""


class Said(NamedTuple):
    """A sentence and where it stands; ``⟨A⟩`` stands for a value. ``call``: what it is handed to, such as an error."""

    place: str
    call: str
    text: str


def sentences() -> Iterator[Said]:
    """Yield every whole sentence that the page might show."""
    for path in sources():
        name = str(path.relative_to(ROOT))
        if "/management/" in name or "/migrations/" in name or "admin" in name or name.startswith(TOLD_ELSEWHERE):
            continue
        yield from _Reader(name, ast.parse(path.read_text())).read()


def handed_to(call: str) -> Iterator[Said]:
    """Yield every text that is handed to ``call``, whole or not."""
    for path in sources():
        name = str(path.relative_to(ROOT))
        for said in _Reader(name, ast.parse(path.read_text())).read(whole=False):
            if said.call == call:
                yield said


def all_texts() -> str:
    """Return every text in the sources of the server, one a line: also pieces, docstrings, templates and scripts."""
    found = [path.read_text() for end in ("lua", "template.json") for path in ROOT.glob(f"[ad]*/**/*{end}")]
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                found.append(
                    "".join(str(each.value) if isinstance(each, ast.Constant) else "\0" for each in node.values)
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


def sources() -> Iterator[Path]:
    """Yield the files of the server."""
    for folder in ("agentcluster", "agents", "designer"):
        yield from sorted((ROOT / folder).rglob("*.py"))


class _Reader(ast.NodeVisitor):
    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name, self.tree = name, tree
        self.calls: list[str] = []
        self.scopes: list[dict[str, list[ast.expr]]] = [{}]
        self.found: list[tuple[ast.expr, str, list[str]]] = []
        self.inside: set[int] = set()
        self.returns = {
            node.name: [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
        }

    def read(self, *, whole: bool = True) -> Iterator[Said]:
        self.visit(self.tree)
        for node, call, texts in self.found:
            if id(node) not in self.inside:
                for text in texts:
                    if not whole or (WHOLE.fullmatch(text.strip()) and len(re.findall(r"[a-z]{2,}", text)) > 1):
                        yield Said(f"{self.name}:{node.lineno}", call, text)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        given: dict[str, list[ast.expr]] = {}
        for each in ast.walk(node):
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
                given.setdefault(each.targets[0].id, []).append(each.value)
        self.scopes.append(given)
        self.generic_visit(node)
        self.scopes.pop()

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        of_log = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") in ("logger", "log")
        if name in APART or (of_log and name in LOGS):
            return
        self.calls.append(name)
        self.visit(node.func)
        for each in node.args:
            self.visit(each)
        for keyword in node.keywords:
            if keyword.arg not in TITLES:
                self.visit(keyword.value)
        self.calls.pop()

    def visit_Constant(self, node: ast.Constant) -> None:
        self._keep(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._keep(node)
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                self.visit(each.value)

    def _keep(self, node: ast.expr) -> None:
        texts = self._texts(node)
        if texts is not None:
            self.found.append((node, self.calls[-1] if self.calls else "", _lettered(texts)))

    def _texts(self, node: ast.expr, depth: int = 0) -> list[str] | None:
        """Return what an expression may say, ``\\0`` for each value; None for what is no text of its own."""
        if isinstance(node, ast.Constant):
            return [re.sub(r"\{[\w.]*\}", "\0", node.value)] if isinstance(node.value, str) else None
        if isinstance(node, ast.JoinedStr):
            parts = [self._part(each, depth) for each in node.values]
            return ["".join(each) for each in islice(product(*parts), MOST)]
        if isinstance(node, ast.IfExp):
            chosen = [self._texts(node.body, depth), self._texts(node.orelse, depth)]
            known = [text for texts in chosen for text in texts or ["\0"]]
            return known if any(texts is not None for texts in chosen) else None
        if isinstance(node, ast.Name) and depth < 3:
            return self._any(self.scopes[-1].get(node.id, []), depth)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and depth < 3:
            return self._any(self.returns.get(node.func.id, []), depth)
        return None

    def _any(self, nodes: list[ast.expr], depth: int) -> list[str] | None:
        known = [self._texts(each, depth + 1) for each in nodes]
        if not known or not any(known):
            return None
        self.inside |= {id(inner) for each in nodes for inner in ast.walk(each)}
        return [text for texts in known for text in (["\0"] if texts is None else texts)]

    def _part(self, node: ast.expr, depth: int) -> list[str]:
        if isinstance(node, ast.Constant):
            return [str(node.value)]
        if not isinstance(node, ast.FormattedValue):
            return ["\0"]
        texts = self._texts(node.value, depth)
        if texts is None:
            return ["\0"]
        self.inside |= {id(inner) for inner in ast.walk(node.value)}
        return texts


def _lettered(texts: list[str]) -> list[str]:
    """Put ⟨A⟩, ⟨B⟩ and so on for the values."""
    found = []
    for text in dict.fromkeys(texts):
        letters = iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        found.append(re.sub("\0", lambda _: f"⟨{next(letters)}⟩", text))  # noqa: B023
    return found
