"""One name never stands for agents of two kinds, whichever way they come."""

import pytest

from agents.bundles.models import Bundle, Status
from agents.models import Agent, AgentVersion
from agents.registry.errors import InvalidManifestError
from agents.registry.names import name_fault
from agents.registry.register import register
from agents.tools import builtin
from tests.integration.registry.conftest import manifest

pytestmark = pytest.mark.django_db

KINDS = {
    "builtin": {"runtime": "builtin"},
    "bundle": {"runtime": "bundle"},
    "remote": {"runtime": "remote", "entry_point": ""},
}


def uploaded(name, status=Status.QUARANTINED):
    return Bundle.objects.create(
        digest="a" * 64, agent=name, version="1.0.0", manifest={}, status=status, zip_digest="b" * 64, size=1,
        file_count=1, files=[], checks=[],
    )  # fmt: skip


@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("second", KINDS)
def test_a_name_stays_with_the_kind_that_had_it_first(first, second):
    register(manifest(name="words", **KINDS[first]))
    other = manifest(name="words", version="9.0.0", **KINDS[second])
    if first == second:
        assert register(other).version == "9.0.0"
        return
    with pytest.raises(InvalidManifestError) as caught:
        register(other)
    (fault,) = caught.value.data["errors"]
    assert (fault["field"], fault["code"]) == ("/name", "name_taken")
    assert "Choose another name" in fault["message"]
    assert AgentVersion.objects.count() == 1


@pytest.mark.parametrize("kind", ["bundle", "remote"])
@pytest.mark.parametrize("name", ["planner", "bench-noop"])
def test_a_built_in_name_is_taken_before_any_node_has_told_of_it(kind, name):
    with pytest.raises(InvalidManifestError, match="built in"):
        register(manifest(name=name, **KINDS[kind]))
    assert not Agent.objects.exists()
    assert name_fault(name, "builtin") == ""


def test_a_built_in_agent_gets_its_name_even_where_another_had_it_before(monkeypatch):
    (own,) = builtin(("text",))
    with monkeypatch.context() as before:
        before.setattr("agents.registry.names.CATALOGUE", ())
        register(manifest(name="text", version="99.0.0", **KINDS["remote"]))
    assert register(own).version == own.version
    assert name_fault("text", "remote")


@pytest.mark.parametrize("kind", ["builtin", "remote"])
def test_an_uploaded_bundle_holds_its_name_until_it_is_rejected(kind):
    bundle = uploaded("words")
    with pytest.raises(InvalidManifestError, match="a bundle"):
        register(manifest(name="words", **KINDS[kind]))
    Bundle.objects.filter(pk=bundle.pk).update(status=Status.REJECTED)
    assert register(manifest(name="words", **KINDS[kind])).agent.name == "words"
