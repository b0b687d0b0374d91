"""The short form of intent schemas."""

import pytest

from agents.domain.schema_check import check, check_schema
from agents.domain.short_schema import FORMATS, TYPES, ShortSchemaError, expand

FILE = {"$artifact": {"digest": "sha256:" + "0" * 64, "size": 3}}


def fits(schema, value) -> bool:
    return check(schema, value) == []


def test_the_form_of_the_specification() -> None:
    intent = expand({"input": "string", "output_format": "json|png"})
    assert fits(intent.input, {"input": "sales"})
    assert fits(intent.input, {"input": "sales", "output_format": "png"})
    assert not fits(intent.input, {"input": "sales", "output_format": "gif"})
    assert not fits(intent.input, {"input": 7})
    assert not fits(intent.input, {})
    assert fits(intent.output, {"json": {"any": ["thing"]}})
    assert fits(intent.output, {"png": FILE})
    assert not fits(intent.output, {})
    assert not fits(intent.output, {"png": "text"})
    assert intent.input["properties"]["output_format"]["default"] == "json"


def test_one_format_is_required_and_leaves_no_choice() -> None:
    intent = expand({"input": "table", "output_format": "text"})
    assert intent.output["required"] == ["text"]
    assert list(intent.input["properties"]) == ["input"]


def test_properties_by_name_and_type() -> None:
    intent = expand({
        "input": {"rows": "object[]", "limit": "integer?", "by": "string|integer", "order": ["up", "down"]},
        "output": {"best": "any", "chart": "chart?"},
    })  # fmt: skip
    assert intent.input["required"] == ["rows", "by", "order"]
    assert fits(intent.input, {"rows": [{}], "by": 3, "order": "up"})
    assert not fits(intent.input, {"rows": [1], "by": 3, "order": "up"})
    assert not fits(intent.input, {"rows": [], "by": 3, "order": "sideways"})
    assert intent.output["required"] == ["best"]


def test_full_json_schemas_stay_as_they_are() -> None:
    source = {"type": "object", "properties": {"a": {"type": "string"}}}
    output = {"properties": {"b": {}}, "type": "object", "required": ["b"]}
    intent = expand({"input": source, "output": output})
    assert (intent.input, intent.output) == (source, output)
    assert expand({"input": source, "output_format": "json"}).input == source


def test_an_agent_may_take_nothing() -> None:
    assert fits(expand({}).input, {})


@pytest.mark.parametrize("word", sorted(TYPES))
def test_every_type_is_a_valid_schema(word: str) -> None:
    assert check_schema(expand({"input": word, "output": f"{word}[]"}).input) == []


@pytest.mark.parametrize("word", sorted(FORMATS))
def test_every_format_is_a_valid_schema(word: str) -> None:
    assert check_schema(expand({"input": "string", "output_format": f"{word}|json"}).output) == []


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ("string", "", "object with input and output"),
        ([], "", "object with input"),
        (None, "", "object with input"),
        ({"inputs": "string"}, "/inputs", "not known"),
        ({"input": "strnig"}, "/input", "“strnig” is no type"),
        ({"input": ""}, "/input", "is no type"),
        ({"input": "string|"}, "/input", "is no type"),
        ({"input": 7}, "/input", "is a type"),
        ({"input": {"a": None}}, "/input/a", "is a type"),
        ({"input": {"a": []}}, "/input/a", "at least one"),
        ({"input": {"a": [1]}}, "/input/a", "texts"),
        ({"input": "string", "output_format": "gif"}, "/output_format", "“gif” is no format"),
        ({"input": "string", "output_format": 1}, "/output_format", "json|png"),
        ({"input": "string", "output": "json", "output_format": "json"}, "/output_format", "one of the two"),
    ],
)
def test_what_makes_no_sense_is_named(given, field: str, says: str) -> None:
    with pytest.raises(ShortSchemaError) as caught:
        expand(given)
    assert caught.value.data["errors"][0]["field"] == field
    assert says in caught.value.message
