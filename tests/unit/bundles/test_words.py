"""What is wrong with a bundle is said in Chinese, too: the page finds the words by the check's name and its sentence."""

import io
import json
import re
from pathlib import Path

import pytest

from agents.bundles.checking import check_bundle
from agents.domain.bundle import pack
from tests.unit.bundles.making import HOSTILE, files, good

PROBLEMS = Path(__file__).parents[3] / "frontend" / "src" / "i18n" / "zh-Hans" / "problems.json"
WORDS = json.loads(PROBLEMS.read_text())
FIELDS = {
    "name": ("Bad Name", "[1]"),
    "version": ("one", "1.5"),
    "title": ("{zh: x}", '{en: ""}', "{en: a, Klingon!: b}", "{en: a, zh: ''}"),
    "capabilities": ("[]", "[a, a]", "[A B]", "text"),
    "intent": (
        "text",
        "{inputs: string}",
        "{input: string, output: string, output_format: json}",
        "{input: 5}",
        "{input: {a: []}}",
        "{input: strnig}",
        "{input: string, output_format: 5}",
        "{input: {type: object, properties: {a: {x-type: tabel}}}}",
        "{input: {type: object}, output: {type: object, $ref: '#/nowhere'}}",
    ),
    "entry_point": ("nowhere:run", "run", "5"),
    "category": ("A B",),
    "icon": ("A B",),
    "limits": ("5", "{memory: 1}", "{memory_mib: lots}", "{pids: 0}"),
    "network": ("some",),
    "models": ("[A B]",),
    "cost": ("-1", "much"),
    "runtime": ("remote",),
    "nmae": ("x",),
    "zzzz": ("x",),
}


def is_known(message: str, *codes: str) -> bool:
    """Whether the page has words for a sentence, as ``serverWords.ts`` looks for them."""
    for code in codes:
        for sentence in WORDS.get(code, {}):
            parts = re.split(r"\{\{\w+\}\}", sentence)
            found = re.fullmatch("(.+?)".join(map(re.escape, parts)), message, re.S)
            if found:
                # What is said in the value alone must be known itself.
                return not sentence.startswith("This {{what}}") or is_known(found[1], "@value", "*")
    return False


def unknown(data: bytes) -> list[str]:
    faults = [check for check in check_bundle(io.BytesIO(data)).checks if not check.ok]
    assert faults
    return [
        f"{fault.name}: {fault.message}" for fault in faults if not is_known(fault.message, f"check_{fault.name}", "*")
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_of_every_hostile_bundle(name: str) -> None:
    assert unknown(HOSTILE[name].make()) == []


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in FIELDS.items() for value in values])
def test_of_every_field(field: str, value: str) -> None:
    assert unknown(good(**{field: value})) == []


@pytest.mark.parametrize(
    "text",
    ["- a", "a: [", "a: &x 1\nb: *x", "a: !!set {}", "a: 1\na: 2", "? [1]\n: 2", "a: 1\n---\nb: 2", "a: \x01", "a: " * 99,
     "a: " + "[" * 90, "name: \"a\\0\""],
)  # fmt: skip
def test_of_a_manifest_that_is_none(text: str) -> None:
    assert unknown(pack(files(text))) == []


def test_of_what_is_missing_and_what_is_too_many() -> None:
    assert unknown(pack(files("name: a"))) == []
    assert unknown(pack({**files(), **{f"f{n}/x.pyc": b"" for n in range(50)}})) == []
