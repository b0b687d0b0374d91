/** Instances as the pages of nodes and agents show them: what the heartbeat, the router and the placement know. */
import type { DeploymentSlot } from "@/wire/cluster";
import type { BreakerState, InstanceLoad } from "@/wire/routing";
import type {
  AgentDetail,
  AgentInstance,
  ClusterNode,
  InstanceProcess,
  LifeState,
  NodeHealth,
} from "@/wire/types";

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
  /** The sandboxed process of a bundle's instance; null: it has none of its own. */
  readonly process: InstanceProcess | null;
  /** Of a deployment's instance that is on its way: not there yet, or about to go. */
  readonly slot: DeploymentSlot["state"] | "";
  /** Null: the router has no figures of it. */
  readonly load: {
    readonly pending: number;
    readonly idleMs: number;
    readonly score: number;
    readonly stale: boolean;
    readonly breaker: BreakerState;
  } | null;
}

/** Whether an instance works no calls because its process has ended and is being started again. */
export const isRestarting = ({ state, process }: Pick<InstanceRow, "state" | "process">) =>
  state === "Running" && process !== null && !process.ready;

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
      trouble: "",
      process: hosted.process ?? null,
      slot: "" as const,
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
  const slotOf = new Map(slots.map((slot) => [slot.instance, slot]));
  const live = agent.instances.map((one) => liveRow(agent.name, one, loadOf.get(one.instance), slotOf));
  const known = new Set(live.map(({ instance }) => instance));
  const absent = slots
    .filter(({ instance, trouble, state }) => (trouble || state === "starting") && !known.has(instance))
    .map((slot) => absentRow(agent.name, slot));
  return [...live, ...absent].sort((a, b) => byName(a.version, b.version) || byName(a.instance, b.instance));
}

function liveRow(
  agent: string,
  one: AgentInstance,
  load: InstanceLoad | undefined,
  slots: ReadonlyMap<string, DeploymentSlot>,
): InstanceRow {
  const slot = slots.get(one.instance);
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
    // Why its process ended is told beside the process.
    trouble: slot?.state === "restarting" ? "" : (slot?.trouble ?? ""),
    process: one.process ?? null,
    slot: slot?.state ?? "",
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

function absentRow(agent: string, slot: DeploymentSlot & { version: string }): InstanceRow {
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
    process: null,
    slot: slot.state,
    load: null,
  };
}
