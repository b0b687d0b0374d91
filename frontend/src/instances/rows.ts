/** Instances as the pages of nodes and agents show them: what the heartbeat, the router and the placement know. */
import type { DeploymentSlot } from "@/wire/cluster";
import type { BreakerState, InstanceLoad } from "@/wire/routing";
import type { AgentDetail, AgentInstance, ClusterNode, LifeState, NodeHealth } from "@/wire/types";

export interface InstanceRow {
  readonly instance: string;
  readonly agent: string;
  readonly version: string;
  readonly node: string;
  readonly nodeId: string;
  readonly nodeHealth: NodeHealth;
  readonly state: LifeState;
  readonly inFlight: number;
  readonly concurrency: number;
  readonly trouble: string;
  /** Null: the router has no figures of it. */
  readonly load: {
    readonly pending: number;
    readonly idleMs: number | null;
    readonly score: number | null;
    readonly stale: boolean;
    readonly breaker: BreakerState | "";
  } | null;
}

const byName = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });

export function rowsOfNode(node: ClusterNode): InstanceRow[] {
  return node.agents
    .map((hosted) => ({
      instance: hosted.instance,
      agent: hosted.name,
      version: hosted.version,
      node: node.name,
      nodeId: node.node_id,
      nodeHealth: node.status,
      state: hosted.state ?? "Running",
      inFlight: hosted.in_flight,
      concurrency: hosted.concurrency,
      trouble: hosted.trouble ?? "",
      load: null,
    }))
    .sort((a, b) => byName(a.agent, b.agent) || byName(a.instance, b.instance));
}

/** The instances of an agent with their load, and the slots in which none could be started. */
export function rowsOfAgent(agent: AgentDetail, loads: readonly InstanceLoad[]): InstanceRow[] {
  const loadOf = new Map(loads.map((load) => [load.instance, load]));
  const slots = agent.versions.flatMap(({ version, deployment }) =>
    (deployment?.slots ?? []).map((slot) => ({ ...slot, version })),
  );
  const troubleOf = new Map(slots.map(({ instance, trouble }) => [instance, trouble]));
  const live = agent.instances.map((one) => liveRow(agent.name, one, loadOf, troubleOf));
  const known = new Set(live.map(({ instance }) => instance));
  const stuck = slots
    .filter(({ instance, trouble }) => trouble !== "" && !known.has(instance))
    .map((slot) => stuckRow(agent.name, slot));
  return [...live, ...stuck].sort((a, b) => byName(a.version, b.version) || byName(a.instance, b.instance));
}

function liveRow(
  agent: string,
  one: AgentInstance,
  loads: ReadonlyMap<string, InstanceLoad>,
  troubles: ReadonlyMap<string, string>,
): InstanceRow {
  const load = loads.get(one.instance);
  return {
    instance: one.instance,
    agent,
    version: one.version,
    node: one.node,
    nodeId: one.node_id ?? one.node,
    nodeHealth: one.status ?? "active",
    state: one.state ?? "Running",
    inFlight: one.in_flight,
    concurrency: one.concurrency,
    trouble: troubles.get(one.instance) ?? "",
    load: load
      ? {
          pending: load.pending,
          idleMs: load.idle_ms,
          score: load.score,
          stale: load.stale,
          breaker: load.breaker,
        }
      : null,
  };
}

function stuckRow(agent: string, slot: DeploymentSlot & { version: string }): InstanceRow {
  return {
    instance: slot.instance || `#${slot.number}`,
    agent,
    version: slot.version,
    node: slot.node,
    nodeId: slot.node_id,
    nodeHealth: "active",
    state: "Idle",
    inFlight: 0,
    concurrency: 0,
    trouble: slot.trouble,
    load: null,
  };
}
