"""Whatever the server says, the page says in every language, whole: nothing of it stays in English by the way."""

import importlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pytest
from django.conf import settings

from agentcluster.errors import AgentClusterError
from agents.domain.policy_check import check_set
from tests.unit.words.catalogue import PLACE, ROOT, Catalogue, Told
from tests.unit.words.sentences import Said, all_texts, handed_to, sentences, sources

LANGUAGES = [code.replace("hans", "Hans") for code, _name in settings.LANGUAGES if code != "en"]
ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,}")
WORD = re.compile(r"[a-z]{2,}")
OF_THE_TERMINAL = ("agentcluster.cli.", "agentcluster.up.")
PIECES: Final = (
    "A token made in the admin panel",
    "The page's session; unsafe methods",
    "Events above `after`",
    "You may not ⟨A⟩ signing keys",
    "A policy of the kind",
    "Must be ⟨A⟩ of at",
    "⟨A⟩ has no “⟨B⟩”;",
    "“⟨A⟩” is no ⟨B⟩; there are",
    "⟨A⟩ What can be planned here",
    "⟨A⟩; steps that call it",
    "A ⟨A⟩ cannot be compared",
    "A power must be a number",
    "⟨A⟩ (at character ⟨B⟩).",
    "`` is larger than 64 KB",
    "Write ⟨A⟩ for any value.",
    "The ⟨A⟩ of the intent ⟨B⟩.",
    " Was a folder packed",
    "Must be ⟨A⟩ ⟨B⟩⟨C⟩ to",
    "A file is given as",
    "⟨A⟩ line ⟨B⟩, column",
    "⟨A⟩ needs the file ⟨B⟩.py",
    "This regular expression cannot be used: unknown.",
    "Waiting for approval by finance.",
    "Unknown name `⟨A⟩`; known are input,",
    "Attempt ⟨A⟩ of `⟨B⟩` at ⟨C⟩, after error.",
    "The values made here have more",
    "The text made here has more",
)
"""Descriptions and examples; sentences whose values are names, what a parser says, or words, as those below."""
WITHOUT_CODE: Final = frozenset({"Why", "Waiting", "Reason", "_next"})
"""Why something waits, and why a breaker opened, is told without a code."""
WITH_VALUES: Final = (
    ("forbidden", "You may not delete signing keys; this needs the permission “Can delete signing key”."),
    ("no_plan", "I do not understand 'tea' (nothing here answers to: tea). What can be planned here: count."),
    ("name_taken", "There is a bundle “csv”; steps that call it would get this one. Choose another name."),
    ("wrong_type", "A date and a number cannot be compared."),
    ("bad_expression", "A power must be a number of at most 100 (at character 4)."),
    ("bad_expression", "'$' has no meaning here (at character 1)."),
    ("expression_failed", "`input.text` is larger than 64 KB, so it is kept apart and expressions cannot look into it. "
     "Pass it as a whole to an agent (such as json or text), which reads it."),
    ("bad_schema", "Write {} for any value."),
    ("intent_too_large", "The goal of the intent has 4,001 characters; 4,000 are allowed."),
    ("bad_intent_schema", "The intent schema at /input: “tabel” is no type; there are text, table."),
    ("check_manifest", "There is no agent.yaml at the root of the zip. Was a folder packed instead of what is in it?"),
    ("breaker_open", "The breaker of csv@1.0.0 is open since 12:00: 5 of 10 calls within 30 s failed; the last: slower than "
     "500 ms. Next try at 12:01."),
    ("", "5 of 10 calls within 30 s failed; the last: timed_out."),
    ("rate_limited", "text takes 5 calls a second (policy calm); the step starts in its turn."),
    ("rate_limited", "No more than 5 times a second you may start runs (default). Try again in a moment."),
    ("nobody_takes_it", "No node takes csv-1: n1 is being drained; n2 has the role none, not gpu."),
    ("sandbox_missing", "This node runs no bundles: bubblewrap is not installed (on Debian: apt-get install bubblewrap)."),
    ("approval", "Waiting for approval by ana, bo (1 of 2 given)."),
    ("approval", "Waiting for approval by anybody who may run the workflow."),
    ("contract_broken", "The message on orders.new breaks the contract orders 1.0.0: as a whole: it must be an object"),
)  # fmt: skip
WRONG_POLICIES: Final[tuple[Any, ...]] = (
    "none",
    {"name": "Bad Name", "kind": "retry", "spec": {"attempts": 0}},
    {"name": "a", "kind": "retry", "spec": {"attempts": "many", "nmae": 1, "first_s": 60, "max_s": 1}},
    {"name": "b", "kind": "no", "mach": {}},
    {"name": "c", "kind": "rate_limit", "match": {"instance": "i", "agent": 5, "zone": "x"}, "spec": {"rate": -1}},
    {"name": "d", "kind": "routing", "spec": {"versions": {"1.0.0": 1}}},
    {"name": "d", "kind": "degrade", "match": {"agent": "csv"}, "spec": {"answer": "agent", "agent": "csv"}},
    {"name": "e", "kind": "canary", "spec": {}},
    {"name": "f", "kind": "circuit_breaker", "enabled": "yes", "note": 5, "spec": {"error_rate": 7, "on": "all"}},
)


@cache
def known(language: str) -> Catalogue:
    return Catalogue(language)


@cache
def errors() -> tuple[type[AgentClusterError], ...]:
    for path in sources():
        if re.search(r"^class \w+Error\(", path.read_text(), re.MULTILINE):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return tuple(_below(AgentClusterError))


def _below(error: type[AgentClusterError]) -> Iterator[type[AgentClusterError]]:
    if error.__module__.startswith(("agentcluster.", "agents.", "designer.")):
        yield error
    for each in error.__subclasses__():
        yield from _below(each)


@cache
def said() -> tuple[Said, ...]:
    return tuple(sentences())


def is_whole(told: Told | None, english: re.Pattern[str] = ENGLISH) -> bool:
    return told is not None and not any(english.search(value) for value in told.values)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_is_told(language: str) -> None:
    plain = [error for error in errors() if error.__init__ is AgentClusterError.__init__]
    found = {(each.code, each().message) for each in plain if not each.__module__.startswith(OF_THE_TERMINAL)}
    assert len(found) > 150
    assert {one for one in found if not is_whole(known(language).told(*one))} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_told(language: str) -> None:
    codes = {error.__name__: error.code for error in errors()}
    assert len(said()) > 1000
    left = []
    for place, call, text in said():
        told = known(language).told(codes[call], text) if call in codes else None
        anywhere = _by_itself(known(language), Said(place, call, text))
        if not is_whole(told, WORD) and not is_whole(anywhere, WORD) and not text.startswith(PIECES):
            left.append(f"{place}: {text}")
    assert left == []


def _by_itself(words: Catalogue, each: Said) -> Told | None:
    """Return the words for a sentence whose code cannot be seen in the sources, or is not told to the page."""
    without = each.call in WITHOUT_CODE and not each.place.startswith("designer/api/")
    return words.told_without_code(each.text) if without else words.told_anywhere(each.text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "message"), WITH_VALUES)
def test_values_that_are_words_are_told_too(language: str, code: str, message: str) -> None:
    told = known(language).told(code, message) if code else known(language).told_without_code(message)
    assert is_whole(told), told


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_a_part_is_not_ready_is_told(language: str) -> None:
    told = {each.text: known(language).told("health", each.text) for each in handed_to("NotReadyError")}
    assert len(told) > 10
    assert {text for text, words in told.items() if not is_whole(words, WORD)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_with_policies_is_told(language: str) -> None:
    checked = [
        check_set(WRONG_POLICIES[0]),
        check_set([*WRONG_POLICIES[1:]]),
        *(check_set([one]) for one in WRONG_POLICIES),
    ]
    faults = {(fault.code, fault.message) for each in checked for fault in (*each.faults, *each.warnings)}
    assert len(faults) > 15
    assert {one for one in faults if not is_whole(known(language).told(*one))} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_are_kept_for_what_nobody_says(language: str) -> None:
    texts = all_texts()
    english = {sentence for each in known(language).sentences.values() for sentence in each}
    assert {sentence for sentence in english if not _half_stands(sentence, texts)} == set()


def _half_stands(sentence: str, texts: str) -> bool:
    """Whether half of the longest stretch stands in one text; the rest may be put together."""
    stretches = [part.strip() for part in re.split(r"\{\{\w+\}\}|[.;:] ", sentence)]
    words = max(stretches, key=len).split(" ")
    half = (len(words) + 1) // 2
    return any(" ".join(words[at : at + half]) in texts for at in range(len(words) - half + 1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_are_kept(language: str) -> None:
    wrong = {
        english
        for each in known(language).sentences.values()
        for english, words in each.items()
        if {*PLACE.findall(words)} - {*PLACE.findall(english)}
    }
    assert wrong == set()
