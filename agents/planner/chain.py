"""Operations in a row: each gets what it takes from what there is, through steps in between where that is needed."""

from collections import deque
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from agents.planner import tables, wording
from agents.planner.columns import Profile
from agents.planner.document import Draft
from agents.planner.errors import NoPlanError
from agents.planner.matching import Wish
from agents.planner.operations import Kind, Operation, Toolbox
from agents.planner.reading import Reading
from agents.planner.settings import Ask, Unclear, literal, page_text, wants_links
from agents.planner.tables import View
from agents.planner.wording import Told

TABLE_ENDINGS: Final = ("csv", "tsv", "xls", "xlsx", "parquet")
_RESULTS: Final = {
    "summarise": "summary",
    "classify": "label",
    "count": "counts",
    "extract": "found",
    "query": "picked",
    "split": "parts",
    "case": "text",
    "replace": "text",
    "format": "text",
    "emit": "published",
}
"""How the results of operations are called in the run's output."""
_FIELDS: Final[Mapping[Kind, tuple[str, dict[str, Any]]]] = {
    "file": ("file", {"type": "object", "x-type": "file"}),
    "table": ("table", {"type": "object", "x-type": "table"}),
    "url": ("url", {"type": "string", "pattern": "^https?://"}),
    "text": ("text", {"type": "string"}),
    "list": ("texts", {"type": "array"}),
    "value": ("value", {}),
}


class Chain:
    """The plan as it grows. ``have``: for each kind of value, the expression of the newest."""

    def __init__(self, reading: Reading, tools: Toolbox, inputs: Mapping[str, Any], profile: Profile | None) -> None:
        """Begin with what the instruction names and what ``inputs`` hold."""
        self.draft = Draft()
        self.told: list[Told] = []
        self._reading, self._tools, self._inputs, self._profile = reading, tools, inputs, profile
        self.have: dict[Kind, str] = {}
        self._latest = ""
        self._derived = ""
        """The text an operation wrote (a summary); it is worked on only when a clause says "then"."""
        self._view: View | None = None
        self._named_file = next(iter(reading.named("file")), "")
        self._begin()

    def follow(self, wish: Wish, about: str) -> None:
        """Add the steps of a wish; ``about`` is all that was said of the table so far. NoPlanError."""
        match wish.what:
            case "analyse":
                self._analyse(wish, about)
            case "chart":
                self._chart(wish, about)
            case "load":
                self._load(wish)
            case operation:
                self._operate(operation, wish)

    def _begin(self) -> None:
        urls = self._reading.named("url")
        if len(urls) > 1 or len(self._reading.named("file")) > 1:
            named = ", ".join([*urls, *self._reading.named("file")])
            raise NoPlanError(
                f"A plan works on one file or address; this names {named}.", field="/instruction", part=named
            )
        for name, value in self._inputs.items():
            kind = _kind_of(value)
            if kind and kind not in self.have:
                self._field(kind, name)
        if urls:
            self.have["url"] = literal(urls[0])
        elif self._named_file and "file" not in self.have:
            self._field("file", "file")

    def _field(self, kind: Kind, name: str) -> str:
        """Ask for a value in the start form and return its expression."""
        schema = dict(_FIELDS[kind][1])
        title = self._named_file if kind == "file" and self._named_file else wording.KINDS[kind][self._language]
        self.draft.fields[name] = {**schema, "title": title}
        self.have[kind] = f"${{ input.{name} }}" if name.isidentifier() else f'${{ input["{name}"] }}'
        return self.have[kind]

    @property
    def _language(self) -> int:
        return 0 if self._reading.language == "en" else 1

    def _operate(self, operation: Operation, wish: Wish) -> None:
        value = self._for(operation, wish)
        self._step(operation, Ask(wish.text, self._reading, value), wish.original)

    def _for(self, operation: Operation, wish: Wish) -> str:
        """Return what an operation works on: for a message the newest, after "then" the last text, else by its kind."""
        if operation.name == "emit" and self._latest:
            return self._latest
        if operation.takes == "text" and self._derived and wish.then:
            return self._derived
        if operation.takes == "text" and self._spare_quote(operation, wish):
            return literal(self._reading.named("quote")[0])
        if operation.name == "extract" and wants_links(wish.text) and ({"url", "page"} & self.have.keys()):
            return page_text(self.need("page", wish))
        return self.need(operation.takes, wish)

    def _spare_quote(self, operation: Operation, wish: Wish) -> bool:
        """Whether the text itself stands in the instruction: 'count the words in "to be or not to be"'."""
        used = operation.name in ("extract", "fields", "replace", "classify", "split", "query")
        return not self.have and not used and bool(self._reading.named("quote", wish.text))

    def need(self, kind: Kind, wish: Wish) -> str:
        """Return the expression of a value of a kind, with the steps that lead to it."""
        if kind in self.have:
            return self.have[kind]
        if kind == "value" and ("page" in self.have or "url" in self.have):
            # What a page answers in JSON is a value already.
            self.have["value"] = self.need("page", wish)
            return self.have["value"]
        path = self._path(kind, list(reversed(self.have)))
        if path is None and not self.have:
            source: Kind = "file" if kind == "table" else kind
            self._field(source, _FIELDS[source][0])
            path = self._path(kind, [source])
        if path is None and kind == "table" and self._named_file:
            message = f"No agent here reads '{self._named_file}' as a table."
            raise NoPlanError(message, field="/instruction", part=self._named_file, available=self._tools.abilities())
        if path is None:
            there = ", ".join(wording.KINDS[each][0].lower() for each in self.have)
            message = f"'{wish.original}' needs {wording.NEEDED[kind]}, and nothing here makes one of what there is ({there})."
            raise NoPlanError(message, field="/instruction", part=wish.original, available=self._tools.abilities())
        for bridge in path:
            self._step(bridge, Ask("", self._reading, self.have[bridge.takes]), "")
        return self.have[kind]

    def _path(self, kind: Kind, sources: list[Kind]) -> list[Operation] | None:
        """Return the shortest way from any of the kinds there are, the newest first."""
        waiting: deque[tuple[Kind, list[Operation]]] = deque((source, []) for source in sources)
        seen = set(sources)
        while waiting:
            at, path = waiting.popleft()
            if at == kind:
                return path
            for bridge in self._tools.bridges:
                if bridge.takes == at and bridge.gives not in seen and self._reads(bridge):
                    seen.add(bridge.gives)
                    waiting.append((bridge.gives, [*path, bridge]))
        return None

    def _reads(self, bridge: Operation) -> bool:
        """Whether a bridge from a file fits the file's ending, as far as it is known."""
        ending = PurePosixPath(self._named_file).suffix[1:].lower()
        if bridge.takes != "file" or not ending:
            return True
        if bridge.gives == "table":
            named = {word for each in self._tools.agents[bridge.agent].capabilities for word in each.split("-")}
            return ending in named or (bridge.agent == "csv-parse" and ending in ("csv", "tsv", "txt", "log"))
        return ending == "json" if bridge.name == "json" else ending not in ("parquet", "xls", "xlsx", "pdf")

    def _step(self, operation: Operation, ask: Ask, part: str) -> None:
        try:
            given = operation.build(ask)
        except Unclear as unclear:
            raise NoPlanError(f"'{part}' is not clear: {unclear}.", field="/instruction", part=part) from unclear
        name = "parse" if operation.agent == "csv-parse" else operation.name
        title = operation.title[self._language]
        step = self.draft.add(name, operation.agent, title, given)
        result = f"${{ steps.{step}.{operation.output} }}"
        self.told.append(wording.of_step(operation.agent, operation.title, self._tools.agents[operation.agent]))
        if not part:
            self.have[operation.gives] = result
            return
        self._gave(operation, step, result)

    def _gave(self, operation: Operation, step: str, result: str) -> None:
        if operation.gives == "text" and not operation.changes and operation.takes == "text":
            self._derived = result
        else:
            self.have.pop(operation.gives, None)
            self.have[operation.gives] = result
            self._derived = result if operation.gives == "text" else self._derived
        self._latest = result
        if operation.gives != "page":
            self.draft.output[self._output_name(_RESULTS.get(operation.name, operation.name))] = result
        if operation.agent == "llm-router":
            self.draft.output.setdefault("notice", f"${{ steps.{step}.notice }}")

    @property
    def about_text(self) -> bool:
        """Whether what there is to work on is a text or a page, not a table."""
        ending = PurePosixPath(self._named_file).suffix[1:].lower()
        return "url" in self.have or "text" in self.have or (bool(ending) and ending not in TABLE_ENDINGS)

    @property
    def left_out(self) -> list[str]:
        """The columns without which rows are left out."""
        operations = [each for step in self.draft.steps for each in step.input.get("operations", [])]
        return list(dict.fromkeys(each["column"] for each in operations if each.get("operator") == "is_present"))

    def finish(self) -> None:
        """Give the page itself where nothing was asked to be done with it."""
        if not self.draft.output and self._latest:
            self.draft.output["page"] = self._latest

    def _load(self, wish: Wish) -> None:
        """Bring in what the instruction names, as what it is."""
        ending = PurePosixPath(self._named_file).suffix[1:].lower()
        kind: Kind = "page" if "url" in self.have else "table" if ending in TABLE_ENDINGS else "text"
        kind = "value" if ending == "json" else kind
        self._latest = self.need(kind, wish)
        self.draft.output["table" if kind == "table" else "content"] = self._latest

    def _analyse(self, wish: Wish, about: str) -> None:
        if self._view is None:
            self._prepare(wish, about, draws=False)

    def _prepare(self, wish: Wish, about: str, *, draws: bool) -> str:
        """Add the step that adds up the table as ``about`` asks, and return the table's expression."""
        self._require("pandas-exec", wish)
        table = self.need("table", wish)
        view = tables.view(about, table.removeprefix("${ ").removesuffix(" }"), self._profile, draws=draws)
        self._view = view
        if view.operations:
            title = wording.of_view(view)[self._language]
            step = self.draft.add("analyse", "pandas-exec", title, {"table": table, "operations": view.operations})
            self.told.append(wording.of_step("pandas-exec", wording.of_view(view), self._tools.agents["pandas-exec"]))
            self._latest = f"${{ steps.{step}.table }}"
            self.draft.output[self._output_name("table")] = self._latest
            return self._latest
        return table

    def _output_name(self, name: str) -> str:
        return next(
            each for each in (name, *(f"{name}_{number}" for number in range(2, 1000))) if each not in self.draft.output
        )

    def _chart(self, wish: Wish, about: str) -> None:
        self._require("plotly-render", wish)
        table = self._prepare(wish, about, draws=True)
        view = self._view or View()
        given: dict[str, Any] = {"table": table, "chart": view.chart, "x": view.x}
        given |= {name: value for name, value in (("y", view.y), ("series", view.series)) if value}
        titles = wording.of_chart(view)
        if view.measure:
            given["title"] = titles[self._language]
        # Without a browser the page draws it all the same.
        step = self.draft.add("chart", "plotly-render", titles[self._language], {**given, "output_format": "json"})
        self.told.append(wording.of_step("plotly-render", titles, self._tools.agents["plotly-render"]))
        self._latest = f"${{ steps.{step}.chart }}"
        self.draft.output[self._output_name("chart")] = self._latest

    def _require(self, agent: str, wish: Wish) -> None:
        if not self._tools.offers(agent):
            message = f"'{wish.original}' needs the agent {agent}, which is not there."
            raise NoPlanError(message, field="/instruction", part=wish.original, available=self._tools.abilities())


def _kind_of(value: Any) -> Kind | None:
    if isinstance(value, dict):
        return "file" if "$artifact" in value else "table" if {"columns", "data"} <= value.keys() else "value"
    if isinstance(value, str):
        return "url" if value.startswith(("http://", "https://")) else "text"
    return "list" if isinstance(value, list) else None
