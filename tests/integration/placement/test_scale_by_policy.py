"""A policy changes the number of a deployment only as it stood when that was decided, and says so."""

import msgspec
import pytest
from django.contrib.auth.models import User

from agents.cluster import snapshot
from agents.cluster.heartbeat import HostedInstance, NodeStatus, Slots
from agents.contracts.joining import ContractMismatchError
from agents.domain.health import Health
from agents.domain.lifecycle import LifeState
from agents.domain.policy import Match, Policy, PolicySet
from agents.domain.scaling import Figures
from agents.placement import scaling
from agents.placement.actions.deploy import deploy
from agents.placement.actions.scale_by_policy import scale_by_policy
from agents.placement.actions.undeploy import undeploy
from agents.placement.models import Change, Deployment
from agents.placement.scaling import Load, Scaled, figures_of
from agents.registry.register import register
from designer.models import AuditEntry
from tests.agents.manifests import manifest
from tests.contracts import bind

V1 = manifest("echo", schema={"type": "object"})
BY = {"policy": "policy by-load v7", "why": "It is busy."}


@pytest.fixture(autouse=True)
def nats(settings, nats_url):
    settings.NATS_URL = nats_url
    yield
    snapshot.close()


@pytest.fixture
def ada(transactional_db):
    register(V1)
    return User.objects.create_user("ada", is_staff=True)


def now(row: Deployment) -> Deployment:
    return Deployment.objects.get(pk=row.pk)


def test_who_and_why_stand_in_the_history_and_in_the_audit_trail(ada):
    row = deploy(ada, "echo", "", 2)
    assert scale_by_policy(row.pk, row.revision, 5, **BY)
    found = now(row)
    assert (found.replicas, found.scaled_by, found.why, found.changed_by) == (5, *BY.values(), None)
    last = Change.objects.first()
    assert last is not None
    assert (last.action, last.replicas, last.by_name, last.why) == ("scale", 5, *BY.values())
    entry = AuditEntry.objects.get(action="deployment.scale")
    assert (entry.data["before"], entry.data["replicas"], entry.data["policy"]) == (2, 5, BY["policy"])


def test_whoever_changed_it_meanwhile_wins(ada):
    row = deploy(ada, "echo", "", 2)
    seen = row.revision
    deploy(ada, "echo", "", 3)
    assert not scale_by_policy(row.pk, seen, 5, **BY)
    assert now(row).replicas == 3
    undeploy(ada, "echo", "1.2.0")
    assert not scale_by_policy(row.pk, seen, 5, **BY)


def test_another_weight_leaves_the_number_that_of_the_policy(ada):
    row = deploy(ada, "echo", "", 2)
    scale_by_policy(row.pk, row.revision, 5, **BY)
    deploy(ada, "echo", "", 5, weight=50)
    assert (now(row).scaled_by, now(row).changed_by_name) == (BY["policy"], "ada")
    deploy(ada, "echo", "", 6)
    assert (now(row).scaled_by, now(row).why) == ("", "")


def test_a_version_that_breaks_its_contract_gets_no_more_instances(ada):
    row = deploy(ada, "echo", "", 2)
    bind("agent.echo.input")
    with pytest.raises(ContractMismatchError):
        scale_by_policy(row.pk, row.revision, 5, **BY)
    assert scale_by_policy(row.pk, row.revision, 1, **BY)


def test_a_policy_for_a_region_is_about_deployments_wanted_there(ada):
    policies = PolicySet(1, (Policy("eu", "scaling", Match(region="eu")),))
    deploy(ada, "echo", "", 2)
    assert scaling._rows(policies) == []
    deploy(ada, "echo", "", 2, where={"region": "eu"})
    assert [(row.policy.name, row.by_hand) for row in scaling._rows(policies)] == [("eu", True)]
    undeploy(ada, "echo", "1.2.0")
    assert scaling._rows(policies) == []


ROW = Scaled(1, "echo", "1.2.0", "agent://sha256:ab", 2, 1, by_hand=False, policy=Policy("p", "scaling"))


def node(*hosted: HostedInstance, status: Health = Health.ACTIVE, age_ms: int = 1000) -> NodeStatus:
    return NodeStatus(
        node_id="n", name="n", ts=0, load=0, region="", role="node", toolset=(), version="1", host="h", pid=1,
        started_ms=0, slots=Slots(0, 1), agents=hosted, status=status, age_ms=age_ms,
    )  # fmt: skip


def hosted(instance: str, in_flight: int, slot: int = 0, **fields) -> HostedInstance:
    return HostedInstance("echo", "1.2.0", ROW.identity, instance, in_flight, 10, slot=slot, **fields)


def test_of_what_a_node_and_the_ledger_tell_the_higher_number_counts():
    load = Load({"a": 9, "b": 1, "elsewhere": 50}, {"echo@1.2.0": 4.0, "echo@2.0.0": 70.0})
    nodes = [node(hosted("a", 3)), node(hosted("b", 7, 1), age_ms=6000)]
    assert figures_of(ROW, nodes, load) == Figures(2, 20, 16, 4.0, 6.0)


def test_what_is_not_of_the_deployment_or_ends_does_not_count():
    other = msgspec.structs.replace(hosted("c", 5), identity="agent://sha256:cd")
    nodes = [node(hosted("a", 3), hosted("own", 9, -1), other, hosted("b", 2, 1, state=LifeState.STOPPING))]
    failed = node(hosted("d", 8), status=Health.FAILED)
    assert figures_of(ROW, [*nodes, failed], Load({}, {})) == Figures(1, 10, 3, 0.0, 1.0)


def test_an_unreachable_node_with_instances_hides_what_they_do():
    nodes = [node(hosted("a", 3)), node(hosted("b", 1, 1), status=Health.UNREACHABLE)]
    assert figures_of(ROW, nodes, Load({}, {})) is None
    assert figures_of(ROW, [], Load({}, {})) is None
