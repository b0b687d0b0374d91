"""What a function's annotations become, and what cannot be an agent."""

import subprocess
import sys
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

import msgspec
import pytest
from msgspec import Meta

from agentcluster.sdk import AgentError, Context, DeclarationError, File, agent, declaration_of, manifest_of
from agents.domain.schema_check import check, check_schema


@dataclass
class Place:
    """Somewhere."""

    name: str
    where: tuple[float, float] | None = None


class Tree(msgspec.Struct):
    """A tree."""

    label: str
    branches: "list[Tree]" = []


class Answer(TypedDict):
    """What comes back."""

    places: list[Place]
    note: str


@agent(name="find-places", version="1.2.3", capabilities=["find"], title="Find", limits={"memory_mib": 64}, cost=0.5)
async def find(
    text: Annotated[str, Meta(min_length=1, description="What to look for.")],
    most: Annotated[int, Meta(ge=1, le=9)] = 3,
    mode: Literal["near", "far"] | None = None,
    file: File | None = None,
    near: list[Place] = [],  # noqa: B006 - what people write
    *,
    context: Context,
) -> Answer:
    """Find places
    by name.

    More of it.
    """
    context.heartbeat(most)
    near.append(Place(text))
    return {"places": near, "note": context.idempotency_key}


def test_the_manifest_says_what_the_function_says() -> None:
    manifest = manifest_of(find)
    intent = manifest.pop("intent")
    assert manifest == {
        "name": "find-places",
        "version": "1.2.3",
        "title": {"en": "Find"},
        "description": {"en": "Find places by name."},
        "capabilities": ["find"],
        "entry_point": f"{__name__}:find",
        "runtime": "bundle",
        "limits": {"memory_mib": 64},
        "cost": 0.5,
    }
    assert intent["input"]["required"] == ["text"]
    assert intent["input"]["additionalProperties"] is False
    assert intent["input"]["properties"]["text"] == {
        "type": "string",
        "minLength": 1,
        "description": "What to look for.",
    }
    assert intent["input"]["properties"]["most"]["default"] == 3
    assert intent["input"]["properties"]["file"]["anyOf"][0]["x-type"] == "file"
    assert "context" not in intent["input"]["properties"]
    assert intent["output"]["properties"]["places"]["items"]["properties"]["name"] == {"type": "string"}


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"text": "x"}, None),
        ({"text": "x", "near": [{"name": "a", "where": [1, 2.5]}], "mode": "far", "file": None}, None),
        ({}, "/text"),
        ({"text": ""}, "/text"),
        ({"text": "x", "most": 10}, "/most"),
        ({"text": "x", "more": 1}, "/more"),
        ({"text": "x", "near": [{"name": 5}]}, "/near/0/name"),
        ({"text": "x", "file": {"digest": "x"}}, "/file/$artifact"),
    ],
)
def test_the_schemas_are_those_the_platform_checks_with(given: dict[str, Any], pointer: str | None) -> None:
    schema = manifest_of(find)["intent"]["input"]
    assert check_schema(schema) == []
    problems = check(schema, given)
    assert [problem.pointer for problem in problems][:1] == ([] if pointer is None else [pointer])


def test_a_type_that_holds_itself_keeps_its_reference() -> None:
    @agent(name="trees", version="1.0.0")
    def trees(tree: Tree) -> Tree:
        """Returns it."""
        return tree

    for schema in manifest_of(trees)["intent"].values():
        assert check_schema(schema) == []
    given = {"tree": {"label": "a", "branches": [{"label": 1}]}}
    assert [each.pointer for each in check(manifest_of(trees)["intent"]["input"], given)] == ["/tree/branches/0/label"]


async def test_the_function_stays_a_function() -> None:
    context = Context(idempotency_key="k", seconds=5)
    assert await find(text="a", context=context) == {"places": [Place("a")], "note": "k"}
    assert context.beats == [3]
    assert 0 < context.seconds_left() <= 5
    assert (await find("b", near=[]))["note"] == "test"


def test_a_context_can_be_over() -> None:
    context = Context(seconds=0)
    with pytest.raises(AgentError, match="deadline_exceeded"):
        context.raise_if_over()
    context = Context()
    assert context.seconds_left() == float("inf")
    context.raise_if_over()
    context.cancel()
    assert context.cancelled
    with pytest.raises(AgentError, match="cancelled"):
        context.raise_if_over()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "Upper Case"}, "lower-case words"),
        ({"name": "x" * 81}, "at most 80"),
        ({"version": "1"}, "semantic"),
    ],
)
def test_a_name_and_a_version_must_be_some(fields: dict[str, str], said: str) -> None:
    with pytest.raises(DeclarationError, match=said):
        agent(**{"name": "a", "version": "1.0.0", **fields})(find)


def test_what_has_no_schema_is_told() -> None:
    def declare(function: Any) -> Any:
        return agent(name="a", version="1.0.0")(function)

    def no_annotation(x) -> dict[str, int]: ...

    def rest(*x: int) -> dict[str, int]: ...

    def nothing(x: int): ...

    def none(x: int) -> None: ...

    def strange(x: object) -> dict[str, int]: ...

    def stranger(x: set[complex]) -> dict[str, int]: ...

    def number(x: int) -> int: ...

    for function, said in (
        (no_annotation, "“x” needs an annotation"),
        (rest, "have no schema"),
        (nothing, "must say what it returns"),
        (none, "must say what it returns"),
        (stranger, "without a JSON Schema"),
        (number, "must return an object"),
    ):
        with pytest.raises(DeclarationError, match=said):
            manifest_of(declare(function))
    with pytest.raises(DeclarationError, match="is no agent"):
        declaration_of(strange)


@pytest.mark.parametrize("code", ["Upper", "with space", "", "x" * 65, "1st"])
def test_an_error_code_must_be_one(code: str) -> None:
    with pytest.raises(ValueError, match="no error code"):
        AgentError(code, "x")


def test_the_sdk_needs_nothing_of_the_platform() -> None:
    code = (
        "import agentcluster.sdk, agentcluster.sdk.process.child, sys;"
        "print(sorted({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    foreign = [name for name in eval(done.stdout) if not name.startswith("_")]
    assert set(foreign) <= {"agentcluster", "msgspec", "typing_extensions"}
    heavy = "print([n for n in sys.modules if n.startswith(('agentcluster.', 'agents')) and 'sdk' not in n])"
    done = subprocess.run(
        [sys.executable, "-c", code.partition("print")[0] + heavy], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
