"""The engine that needs no model and no network: it selects and counts, it does not write (features D1).

The same request always gives the same answer. What it cannot do it says, instead of making something up.
"""

import asyncio
import json
from typing import Final

from agents.llm.engine import Price
from agents.llm.errors import NeedsLanguageModelError
from agents.llm.offline.classify import classify
from agents.llm.offline.filling import fill
from agents.llm.offline.summary import key_phrases, summarise
from agents.llm.offline.task import Task, understand
from agents.llm.request import Completion, LlmRequest, estimate_tokens

NAME: Final = "offline"
MODEL: Final = "offline-1"
NOTICE: Final = (
    "Answered by the built-in offline engine, not by a language model: summaries and key phrases are taken from the "
    "text itself, labels and fields are found by simple rules."
)
ABILITIES: Final = (
    "summarise a text, list its key phrases, classify it by given labels, and fill in a JSON Schema from it"
)
TEXT_LIMIT: Final = 200_000
MOST: Final = 20


class OfflineEngine:
    """Free, and always there."""

    model = MODEL
    price = Price()
    timeout_s = 30.0
    notice = NOTICE
    repairs = False

    async def complete(self, request: LlmRequest, timeout_s: float) -> Completion:
        """Return a summary, phrases, a label or filled-in fields; ``NeedsLanguageModelError`` for anything else."""
        return await asyncio.to_thread(answer, request)


def answer(request: LlmRequest) -> Completion:
    """Return what the engine says to a request."""
    system = "\n".join(each.content for each in request.messages if each.role == "system")
    prompt = next((each.content for each in reversed(request.messages) if each.role == "user"), "")
    if len(prompt) > TEXT_LIMIT:
        raise NeedsLanguageModelError(f"The offline engine reads at most {TEXT_LIMIT:,} characters.", field="/prompt")
    read = sum(estimate_tokens(each.content) for each in request.messages)
    task = understand(prompt, system)
    if request.schema is not None:
        # With a schema the whole prompt may be material: the instruction is in the schema's names.
        data = fill(request.schema, task.material)
        text = json.dumps(data, ensure_ascii=False)
        return Completion(text, MODEL, read, estimate_tokens(text), data=data)
    text = _done(task)
    return Completion(text, MODEL, read, estimate_tokens(text))


def _done(task: Task) -> str:
    match task.kind:
        case "summary":
            return summarise(task.material, min(MOST, task.length or 3))
        case "phrases":
            return "\n".join(key_phrases(task.material, min(MOST, task.length or 8)))
        case "classify":
            label = classify(task.material, task.labels)
            if label is not None:
                return label
            listed = ", ".join(task.labels)
            message = f"The offline engine cannot tell which of {listed} fits; a language model could."
            raise NeedsLanguageModelError(message, field="/prompt")
        case _:
            message = (
                f"The offline engine can {ABILITIES}: write, for example, 'Summarise: …'. For anything else, let the "
                "node know a language model (LLM_ENGINES)."
            )
            raise NeedsLanguageModelError(message, field="/prompt")
