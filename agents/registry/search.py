"""Finding agents by words, in any language their texts are written in."""

from collections.abc import Iterable

from django.db.models import QuerySet

from agents.models import Agent


def search_text(agent: Agent, capabilities: Iterable[str]) -> str:
    """Return the words an agent is found by: name, titles, descriptions, category, capabilities, in lower case.

    Kept in a column of its own, because databases store JSON with or without escapes (``\\u6570`` for ``数``).
    """
    texts = [agent.name, *agent.title.values(), *agent.description.values(), agent.category, *capabilities]
    return "\n".join(texts).lower()


def matching(agents: QuerySet[Agent], words: str) -> QuerySet[Agent]:
    """Narrow to the agents whose texts contain every one of the words."""
    for word in words.lower().split()[:10]:
        agents = agents.filter(search_text__contains=word)
    return agents
