"""Give many dead letters to their agent again: a part of them at a time, past those that cannot be."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from django.contrib.auth.models import User

from agentcluster.errors import AgentClusterError
from designer.actions.dead_letters import Letter
from designer.actions.redrive_dead_letter import redrive

AT_ONCE: Final = 100
TOO_FAST: Final = 429
BROKEN: Final = 500


class Part(NamedTuple):
    """What came of a part: new runs by dead letter, how many were refused by code, and the last one that was tried."""

    redriven: dict[str, str]
    refused: dict[str, int]
    last: Letter | None


def redrive_many(
    user: User, letters: Sequence[Letter], admit: Callable[[Letter], None], *, version: str = "", reason: str = ""
) -> Part:
    """Redrive the first hundred; ``admit`` raises for a run that may not start now.

    What is refused stays where it is, and the next one is tried. Where runs come too fast, or a service is away, the part
    ends before that dead letter; that error is raised when it was the first.
    """
    part = Part({}, {}, None)
    for letter in letters[:AT_ONCE]:
        try:
            admit(letter)
            run = redrive(user, letter, version=version, reason=reason)
            part.redriven[letter.entry.entry_id] = run.pk
        except AgentClusterError as error:
            if error.status == TOO_FAST or error.status >= BROKEN:
                if part.last is None:
                    raise
                return part
            part.refused[error.code] = part.refused.get(error.code, 0) + 1
        part = part._replace(last=letter)
    return part
