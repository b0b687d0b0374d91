"""The published schema says what the types say, and helps in an editor."""

import jsonschema
import pytest
from hypothesis import given

from designer import schemas
from designer.ascode.document import plain
from designer.ascode.json_schema import ID, workflow_schema
from tests.unit.ascode.documents import documents

SCHEMA = workflow_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
HEAD = {"schema": "agentcluster.workflow/v1"}


def test_the_committed_copy_is_up_to_date():
    assert schemas.stale(schemas.PUBLIC, schemas.public()) == [], "run: python -m designer.schemas"


def test_it_is_a_schema_of_its_own():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == ID


@given(documents)
def test_what_is_written_fits(document):
    VALIDATOR.validate(plain(document))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {**HEAD, "colour": "red"},
        {**HEAD, "name": "no name"},
        {**HEAD, "nodes": [{"kind": "nonsense", "id": "a"}]},
        {**HEAD, "nodes": [{"kind": "wait", "id": "a", "minutes": 3}]},
        {**HEAD, "triggers": [{"kind": "cron"}]},
    ],
)
def test_what_is_wrong_does_not(wrong):
    assert not VALIDATOR.is_valid(wrong)


def test_fields_are_described():
    definitions = SCHEMA["$defs"]
    assert definitions["MapNode"]["properties"]["failure"]["description"].startswith("``fail``: the first failed")
    assert definitions["WaitNode"]["description"].startswith("Waits ``seconds``")
    assert SCHEMA["properties"]["title"]["description"] == "What people read; the name when absent."
