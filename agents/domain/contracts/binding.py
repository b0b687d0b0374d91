"""Which NATS subject follows which contract, as every process keeps it in memory."""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

_AGENT_SIDE: Final = re.compile(r"agent\.([^\s.*>\x00-\x1f\x7f]+)\.(input|output)")


def agent_side(pattern: str) -> tuple[str, str] | None:
    """Return the agent and the side (``input``, ``output``) a contract is bound to; None when it is to a subject."""
    found = _AGENT_SIDE.fullmatch(pattern)
    return (found[1], found[2]) if found else None


class Binding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A contract in use: new messages are of ``schema_id``; those of ``accepted`` (id → semantic version) may come.

    ``pattern``: a NATS subject, or ``agent.<name>.input`` and ``.output`` for what an agent takes and gives.
    """

    contract: str
    pattern: str
    schema_type: str
    schema_id: int
    version: str
    accepted: dict[int, str] = {}


class StoredSchema(msgspec.Struct, frozen=True, omit_defaults=True):
    """A schema as processes fetch it; ``references``: the ids of those it refers to, by name."""

    schema_id: int
    schema_type: str
    text: str
    compiled: str = ""
    references: dict[str, int] = {}


class Bindings:
    """Finds the contract of a subject: whole subjects first, then patterns, the most exact one."""

    def __init__(self, bindings: Iterable[Binding] = ()) -> None:
        """Take all that are in use."""
        self._exact: dict[str, Binding] = {}
        self._sides: dict[tuple[str, str], Binding] = {}
        patterns: list[tuple[list[str], Binding]] = []
        for binding in bindings:
            words = binding.pattern.split(".")
            if side := agent_side(binding.pattern):
                self._sides[side] = binding
            elif "*" in words or ">" in words:
                patterns.append((words, binding))
            elif binding.pattern:
                self._exact[binding.pattern] = binding
        self._patterns = sorted(patterns, key=lambda each: _exactness(each[0]))
        self._agents = {agent for agent, _ in self._sides}

    def of_subject(self, subject: str) -> Binding | None:
        """Return the contract that messages on ``subject`` follow, None when there is none."""
        found = self._exact.get(subject)
        if found is not None or not self._patterns:
            return found
        words = subject.split(".")
        return next((binding for pattern, binding in self._patterns if covers(pattern, words)), None)

    def of_agent(self, agent: str, side: str) -> Binding | None:
        """Return the contract of an agent's ``input`` or ``output``."""
        return self._sides.get((agent, side))

    def has_agent(self, agent: str) -> bool:
        """Whether there is a contract for what the agent takes or gives."""
        return agent in self._agents

    def meeting(self, pattern: str) -> list[Binding]:
        """Return the contracts that apply to some subject the pattern (of a subscriber) takes."""
        words = pattern.split(".")
        all_of = [*self._exact.values(), *(binding for _, binding in self._patterns)]
        return [binding for binding in all_of if meet(words, binding.pattern.split("."))]


def covers(pattern: list[str], words: list[str]) -> bool:
    """Whether a subject without wildcards is one of the pattern's."""
    for index, word in enumerate(pattern):
        if word == ">":
            return len(words) > index
        if index >= len(words) or word not in ("*", words[index]):
            return False
    return len(words) == len(pattern)


def meet(one: list[str], other: list[str]) -> bool:
    """Whether some subject belongs to both patterns."""
    for index in range(max(len(one), len(other))):
        mine = one[index] if index < len(one) else ""
        theirs = other[index] if index < len(other) else ""
        if ">" in (mine, theirs):
            return bool(mine and theirs)
        if not mine or not theirs or (mine != theirs and "*" not in (mine, theirs)):
            return False
    return True


def _exactness(words: list[str]) -> tuple[bool, int, int]:
    """Order patterns: a rest at the end last, few wildcards first, then the longer ones."""
    return words[-1] == ">", sum(word in ("*", ">") for word in words), -len(words)
