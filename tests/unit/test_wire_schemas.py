"""The page's types are generated from ours: the committed schemas must say what the Python types say."""

import json

import jsonschema
import msgspec

from designer import schemas
from designer.domain.events import Record, StepFailed


def test_the_committed_schemas_match_the_python_types():
    assert schemas.stale() == [], "run: python -m designer.schemas && npm --prefix frontend run generate"


def test_a_record_fits_its_schema():
    record = {
        "seq": 3,
        "at": 1,
        "epoch": 1,
        "prev": "",
        "event": {"type": "step_waiting", "step": "a", "code": "busy", "message": "All busy"},
    }
    msgspec.json.decode(json.dumps(record), type=Record)
    jsonschema.validate(record, schemas.schemas()["events"])


def test_export_writes_what_changed_and_removes_what_is_gone(tmp_path):
    (tmp_path / "old.json").write_text("{}")
    assert schemas.export(tmp_path) == ["calls.json", "events.json", "graph.json", "old.json"]
    assert schemas.stale(tmp_path) == []
    assert schemas.export(tmp_path) == []


def test_every_event_is_told_apart_by_its_type():
    definitions = schemas.schemas()["events"]["$defs"]
    assert definitions[StepFailed.__name__]["properties"]["type"] == {"enum": ["step_failed"]}
