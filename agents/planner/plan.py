"""The planner: instruction in, workflow out (features D2)."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

import msgspec

from agents.domain.manifest import Manifest
from agents.planner import wording
from agents.planner.chain import TABLE_ENDINGS, Chain
from agents.planner.columns import Profile
from agents.planner.errors import NoPlanError
from agents.planner.matching import Wish, check_subject, wishes
from agents.planner.operations import Toolbox, toolbox
from agents.planner.reading import Reading, read
from agents.planner.wording import Told

MAX_CLAUSES: Final = 20
_ON_TABLES: Final = ("analyse", "chart")


class Plan(msgspec.Struct, frozen=True):
    """A workflow, what it does in words, and the agents it calls."""

    graph: dict[str, Any]
    explanation: str
    agents: tuple[str, ...]
    language: str


def make_plan(
    instruction: str,
    manifests: Iterable[Manifest],
    inputs: Mapping[str, Any] | None = None,
    profile: Profile | None = None,
) -> Plan:
    """Return a plan of the agents in ``manifests``.

    ``inputs`` are the run's inputs, as far as they are known; ``profile`` is what is known of the table among them.
    ``NoPlanError`` says which part is not understood or not clear, and what is there.
    """
    reading, tools = read(instruction), toolbox(manifests)
    if not reading.clauses:
        abilities = tools.abilities()
        message = "Write what is to be done, such as: analyse sales_q3.csv and draw the trend."
        raise NoPlanError(message, field="/instruction", part="", available=abilities)
    if len(reading.clauses) > MAX_CLAUSES:
        raise NoPlanError(
            f"The instruction has more than {MAX_CLAUSES} parts; plan it in pieces.", field="/instruction"
        )
    table = _about_table(reading, inputs or {}, profile)
    wanted = wishes(reading, tools, table=table)
    if not table and any(wish.what == "chart" for wish in wanted):
        wanted = wishes(reading, tools, table=True) if not reading.named("url") else wanted
    if not inputs and not reading.named("file"):
        check_subject(wanted, tools)
    chain = Chain(reading, tools, inputs or {}, profile)
    for wish in _in_order(_merged(wanted), chain, tools):
        chain.follow(wish, wish.text)
    chain.finish()
    at = 0 if reading.language == "en" else 1
    graph = chain.draft.document((wording.START[at], wording.END[at]))
    agents = tuple(dict.fromkeys(step.agent for step in chain.draft.steps))
    asked = [str(field["title"]) for field in chain.draft.fields.values()]
    text = wording.explanation(asked, chain.told, _notes(chain, profile), chinese=at == 1)
    return Plan(graph, text, agents, reading.language)


def _about_table(reading: Reading, inputs: Mapping[str, Any], profile: Profile | None) -> bool:
    endings = {PurePosixPath(name).suffix[1:].lower() for name in reading.named("file")}
    if endings:
        return bool(endings & set(TABLE_ENDINGS))
    if reading.named("url"):
        return False
    tables = any(isinstance(value, dict) and {"columns", "data"} <= value.keys() for value in inputs.values())
    return profile is not None or tables


def _merged(wanted: list[Wish]) -> list[Wish]:
    """Return the wishes with each analysis that a chart follows made part of it: both look at the table the same way."""
    merged: list[Wish] = []
    said = ""
    for at, wish in enumerate(wanted):
        if wish.what == "analyse":
            said = f"{said} {wish.text}".strip() if wish.text not in said else said
            if any(later.what == "chart" for later in wanted[at + 1 :]):
                continue
            merged.append(Wish("analyse", said, wish.original))
        elif wish.what == "chart":
            text = wish.text if wish.text in said or not said else f"{wish.text} {said}"
            merged.append(Wish("chart", text, wish.original))
        else:
            merged.append(wish)
    return merged


def _in_order(wanted: list[Wish], chain: Chain, tools: Toolbox) -> list[Wish]:
    """Return the wishes; of what is a text, an analysis is a summary, or nothing beside other wishes."""
    if not chain.about_text or any(wish.what == "chart" for wish in wanted):
        return wanted
    others = [wish for wish in wanted if wish.what not in _ON_TABLES]
    summarise = next((each for each in tools.operations if each.name == "summarise"), None)
    if others or summarise is None:
        return others or wanted
    return [Wish(summarise, wish.text, wish.original) for wish in wanted[:1]]


def _notes(chain: Chain, profile: Profile | None) -> list[Told]:
    notes: list[Told] = []
    for column in chain.left_out:
        notes.append((f"Rows without '{column}' are left out.", f"缺少“{column}”的行不计入。"))
    agents = {step.agent for step in chain.draft.steps}
    if "pandas-exec" in agents and profile is None:
        notes.append((
            "The table is not known yet: its date, number and text columns are found when the workflow runs.",
            "表格尚未提供：日期列、数值列和文本列将在运行时确定。",
        ))  # fmt: skip
    if "llm-router" in agents:
        notes.append((
            "Without a language model on the node, the offline engine answers, and says so in 'notice'.",
            "节点没有配置语言模型时，由离线引擎回答，并在 notice 中说明。",
        ))  # fmt: skip
    return notes
