"""Nodes register what they host, again and again; the registry keeps one truth."""

import pytest

from agents.domain.manifest import IntentSchema, ResourceLimits, identity
from agents.models import Agent, AgentVersion, Capability
from agents.models import IntentSchema as StoredSchema
from agents.registry.errors import InvalidManifestError, UnknownAgentError, UnknownVersionError, VersionTakenError
from agents.registry.register import register
from agents.registry.resolve import latest, resolve
from tests.integration.registry.conftest import CSV_PARSE, manifest

pytestmark = pytest.mark.django_db


def test_a_manifest_becomes_an_agent_a_version_a_schema_and_capabilities():
    version = register(CSV_PARSE)
    assert (version.agent.name, version.version) == ("csv-parse", "1.2.0")
    assert version.identity == identity(CSV_PARSE)
    assert version.agent.title["zh-Hans"] == "解析表格"
    assert version.intent_schema.input == CSV_PARSE.intent.input
    assert sorted(version.capabilities.values_list("name", flat=True)) == ["csv-parse", "table-read"]


def test_registering_the_same_again_changes_nothing():
    first = register(CSV_PARSE)
    assert register(CSV_PARSE).pk == first.pk
    assert (Agent.objects.count(), AgentVersion.objects.count(), Capability.objects.count()) == (1, 1, 2)


def test_the_same_version_with_other_content_is_refused_with_both_identities():
    first = register(CSV_PARSE)
    other = manifest(description={"en": "Something else."})
    with pytest.raises(VersionTakenError) as caught:
        register(other)
    assert caught.value.data == {"registered": first.identity, "offered": identity(other)}
    assert AgentVersion.objects.get().identity == first.identity


def test_versions_with_the_same_schemas_share_them():
    register(CSV_PARSE)
    register(manifest(version="1.3.0"))
    assert StoredSchema.objects.count() == 1


def test_the_newest_version_says_how_people_see_the_agent():
    register(manifest(version="2.0.0", title={"en": "Read CSV"}))
    register(manifest(version="1.9.0", title={"en": "Old title"}))
    assert Agent.objects.get().title == {"en": "Read CSV"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", "10.0.0"),
        ("latest", "10.0.0"),
        ("2.0.0", "2.0.0"),
        ("2.1.0-rc.1", "2.1.0-rc.1"),
        ("^2.0", "2.0.0"),
        ("~1.2.0", "1.2.5"),
        ("1", "1.2.5"),
        (">=1.0.0,<2.0.0", "1.2.5"),
        ("^2.1.0-rc.1", "2.1.0-rc.2"),
    ],
)
def test_versions_are_found_by_number_and_range(wanted, found):
    for version in ("1.2.0", "1.2.5", "2.0.0", "2.1.0-rc.1", "2.1.0-rc.2", "10.0.0", "11.0.0-beta"):
        register(manifest(version=version))
    assert resolve("csv-parse", wanted).version == found


def test_a_prerelease_is_newest_only_when_there_is_nothing_else():
    register(manifest(version="1.0.0-rc.1"))
    assert latest("csv-parse").version == "1.0.0-rc.1"
    register(manifest(version="0.9.0"))
    assert latest("csv-parse").version == "0.9.0"


def test_what_is_not_there_is_named():
    with pytest.raises(UnknownAgentError, match="no-such"):
        latest("no-such")
    register(CSV_PARSE)
    with pytest.raises(UnknownVersionError) as caught:
        resolve("csv-parse", "^7")
    assert caught.value.data == {"versions": ["1.2.0"]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "CSV Parse"}, "/name"),
        ({"version": "1.2"}, "/version"),
        ({"title": {"zh-Hans": "解析"}}, "/title/en"),
        ({"title": {"en": "Parse", "Klingon!": "x"}}, "/title/Klingon!"),
        ({"capabilities": ()}, "/capabilities"),
        ({"capabilities": ("csv", "csv")}, "/capabilities/1"),
        ({"entry_point": "run"}, "/entry_point"),
        ({"limits": ResourceLimits(concurrency=0)}, "/limits/concurrency"),
        ({"intent": IntentSchema(input={"type": "strange"}, output={"type": "object"})}, "/intent/input/type"),
        ({"intent": IntentSchema(input={"type": "object"}, output={"type": "string"})}, "/intent/output/type"),
        (
            {
                "intent": IntentSchema(
                    input={"type": "object", "properties": {"a": {"x-type": "tabel"}}}, output={"type": "object"}
                )
            },
            "/intent/input/properties/a/x-type",
        ),
    ],
)
def test_a_faulty_manifest_is_refused_with_the_field(changes, field):
    with pytest.raises(InvalidManifestError) as caught:
        register(manifest(**changes))
    assert field in [error["field"] for error in caught.value.data["errors"]]
    assert not Agent.objects.exists()


def test_every_fault_is_named_at_once():
    with pytest.raises(InvalidManifestError) as caught:
        register(manifest(name="A", version="x", entry_point="y"))
    assert [error["field"] for error in caught.value.data["errors"]] == ["/name", "/version", "/entry_point"]
