"""The bucket of deployments and slots, and nodes as places for instances."""

from agentcluster.messaging import Bucket, Bus
from agentcluster.subjects import PLACEMENT
from agents.cluster.heartbeat import Heartbeat
from agents.domain.slot_choice import Site


def placement_bucket(bus: Bus) -> Bucket:
    """Return the bucket of deployments and slots."""
    return Bucket(bus, PLACEMENT)


def site_of(beat: Heartbeat) -> Site:
    """Return a node as a place for instances, by what it last said of itself."""
    return Site(
        node=beat.node_id,
        name=beat.name,
        region=beat.region,
        role=beat.role,
        toolset=beat.toolset,
        load=beat.load,
        memory_mib=beat.memory_mib,
        sandbox=beat.runtime.sandbox,
        sandbox_reason=beat.runtime.reason,
        trusted_without=beat.runtime.trusted_without,
        draining=beat.draining,
        processes_for=tuple(hosted.name for hosted in beat.agents if hosted.slot < 0),
    )
