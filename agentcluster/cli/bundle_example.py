"""The small, complete agent that ``bundle init`` writes."""

from pathlib import Path
from typing import Final

from agentcluster.cli.errors import CliError

_MANIFEST: Final = """\
# What the code does not say (docs/bundles.md). Name, version, capabilities and the schemas of input and output come from
# the function in agent.py; what stands here goes before what is said there.
entry_point: agent:count_words

title:
  en: Count words
  zh-Hans: 统计单词
description:
  en: Counts the words of a text and finds the longest.
  zh-Hans: 统计文本的单词数，并找出最长的单词。
category: text
icon: list-numbers

limits:
  memory_mib: 256   # of one instance
  cpu_s: 10         # of one call
  timeout_s: 30     # of one call
  concurrency: 4    # calls at a time
# network: full     # none when left out; whoever approves the bundle has to grant it, too
"""
_CODE: Final = '''\
"""Counts the words of a text."""

from dataclasses import dataclass

from agentcluster.sdk import AgentError, Context, agent


@dataclass
class Counted:
    """What the agent returns; its fields are the outputs in the designer."""

    words: int
    longest: str


@agent(name="@NAME@", version="0.1.0", capabilities=["word-count"])
async def count_words(text: str, context: Context, at_least: int = 1) -> Counted:
    """Count the words of a text that have at least so many letters, and find the longest."""
    if at_least < 1:
        raise AgentError("bad_length", "at_least must be 1 or more.", field="/at_least")
    words = [word for word in text.split() if len(word) >= at_least]
    context.log("counted", words=len(words))
    return Counted(words=len(words), longest=max(words, key=len, default=""))
'''
_README: Final = """\
# @NAME@

An agent for AgentCluster: one typed function. Its parameters are the inputs, the fields of what it returns the outputs.

Try it here:

    echo '{"text": "the quick brown fox"}' | python -m agentcluster.sdk.run agent:count_words

Pack it, look at what the checks say, send it:

    agent-coordinator bundle build .
    agent-coordinator bundle push @NAME@-0.1.0.zip

Somebody else approves it (`agent-coordinator bundle approve @NAME@@0.1.0 --replicas 1`), and it stands in the palette.
Change the code, raise the version in agent.py, build and push again.
"""


def write_example(folder: Path, name: str) -> list[str]:
    """Write the example into a folder that is empty or not there; return the names of the files."""
    files = {"agent.yaml": _MANIFEST, "agent.py": _CODE, "README.md": _README}
    try:
        if folder.exists() and any(folder.iterdir()):
            raise CliError(f"{folder} is not empty; give a folder that is, or is not there yet.")
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            (folder / path).write_text(text.replace("@NAME@", name), encoding="utf-8")
    except OSError as error:
        raise CliError(f"{error.filename} cannot be written: {error.strerror}.") from error
    return [*files]
