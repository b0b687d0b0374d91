"""Every built-in agent has a complete, sound manifest."""

import inspect
import pickle

import pytest

from agentcluster.clock import monotonic
from agents.domain.manifest import Manifest, identity
from agents.domain.schema_check import check, check_schema
from agents.tools import CallContext, builtin, resolve
from agents.tools.catalogue import UnknownAgentError
from agents.tools.errors import CallCancelledError, DeadlineExceededError, FileMissingError

ALL = [*builtin(), *builtin(["bench-noop"])]
by_name = pytest.mark.parametrize("manifest", ALL, ids=lambda manifest: manifest.name)


@by_name
def test_schemas_are_schemas_and_their_defaults_fit(manifest: Manifest) -> None:
    for schema in (manifest.intent.input, manifest.intent.output):
        assert check_schema(schema) == []
        for field in schema.get("properties", {}).values():
            if "default" in field:
                assert check(field, field["default"]) == []


@by_name
def test_everything_has_a_title_in_english_and_chinese(manifest: Manifest) -> None:
    assert {"en", "zh-Hans"} <= set(manifest.title)
    assert {"en", "zh-Hans"} <= set(manifest.description)
    for field in manifest.intent.input.get("properties", {}).values():
        assert field["title"]
        assert field["x-title"]["zh-Hans"]


@by_name
def test_entry_points_are_what_the_manifest_says(manifest: Manifest) -> None:
    function = resolve(manifest.entry_point)
    assert inspect.iscoroutinefunction(function) is not manifest.cpu_bound
    assert list(inspect.signature(function).parameters) == ["input", "context"]


@by_name
def test_identities_are_stable(manifest: Manifest) -> None:
    assert identity(manifest) == identity(manifest)


def test_the_bench_agent_is_hosted_on_request_only() -> None:
    assert "bench-noop" not in {manifest.name for manifest in builtin()}
    assert [manifest.name for manifest in builtin(["bench-noop", "json"])] == ["bench-noop", "json"]
    with pytest.raises(UnknownAgentError, match="'csv-parser'; there are file-reader, csv-parse"):
        builtin(["csv-parser"])


def test_a_context_crosses_processes_and_tells_when_it_is_over(tmp_path) -> None:
    flag = tmp_path / "cancel"
    context = pickle.loads(pickle.dumps(CallContext("c", "k", monotonic() + 60, str(flag))))
    context.raise_if_over()
    assert 59 < context.seconds_left() <= 60
    flag.touch()
    with pytest.raises(CallCancelledError):
        context.raise_if_over()
    with pytest.raises(DeadlineExceededError):
        CallContext(deadline=monotonic() - 1).raise_if_over()
    assert CallContext().seconds_left(otherwise=5) == 5


def test_errors_become_call_errors() -> None:
    error = FileMissingError("gone", field="/file", digest="sha256:x").to_call_error()
    assert (error.code, error.message, error.field, error.retryable) == ("file_missing", "gone", "/file", False)
    assert error.data == {"digest": "sha256:x"}
