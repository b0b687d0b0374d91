/** Which nodes are shown, and under which region they stand. */
import type { ClusterNode, HostedInstance, NodeHealth } from "@/wire/types";

export const HEALTHS: readonly NodeHealth[] = ["active", "unreachable", "failed"];
export const NODE_FILTERS = ["region", "role", "agent", "health", "search"] as const;
export type NodeFilters = Readonly<Record<(typeof NODE_FILTERS)[number], string>>;

export interface RegionGroup {
  /** "" for nodes that name none. */
  readonly region: string;
  readonly nodes: readonly ClusterNode[];
  readonly health: Readonly<Record<NodeHealth, number>>;
  readonly instances: number;
}

const byName = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });

/** The nodes that all filters let through. A search finds names, ids, hosts and instances. */
export function filtered(nodes: readonly ClusterNode[], filters: NodeFilters): ClusterNode[] {
  const { region, role, agent, health } = filters;
  const words = filters.search.toLowerCase().split(/\s+/).filter(Boolean);
  return nodes.filter((node) => {
    if (region && node.region !== region) return false;
    if (role && node.role !== role) return false;
    if (health && node.status !== health) return false;
    if (agent && !node.agents.some(({ name }) => name === agent)) return false;
    const text = [node.name, node.node_id, node.host, ...node.agents.map((one) => one.instance)]
      .join(" ")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** By region in the order of their names, those without one last; nodes by name, twins by id: nothing ever swaps. */
export function byRegion(nodes: readonly ClusterNode[]): RegionGroup[] {
  const groups = new Map<string, ClusterNode[]>();
  for (const node of sorted(nodes)) groups.set(node.region, [...(groups.get(node.region) ?? []), node]);
  return [...groups]
    .sort(([a], [b]) => Number(a === "") - Number(b === "") || byName(a, b))
    .map(([region, inside]) => ({
      region,
      nodes: inside,
      health: countHealth(inside),
      instances: inside.reduce((sum, { agents }) => sum + agents.length, 0),
    }));
}

export function sorted(nodes: readonly ClusterNode[]): ClusterNode[] {
  return [...nodes].sort((a, b) => byName(a.name, b.name) || byName(a.node_id, b.node_id));
}

export function countHealth(nodes: readonly ClusterNode[]): Record<NodeHealth, number> {
  const counts = { active: 0, unreachable: 0, failed: 0 };
  for (const { status } of nodes) counts[status] += 1;
  return counts;
}

/** Instances in an order that does not depend on the answer's. */
export function inOrder(instances: readonly HostedInstance[]): HostedInstance[] {
  return [...instances].sort(
    (a, b) => byName(a.name, b.name) || byName(a.version, b.version) || byName(a.instance, b.instance),
  );
}

/** What can be chosen in a filter. */
export function choicesOf(nodes: readonly ClusterNode[]) {
  const unique = (values: string[]) => [...new Set(values.filter(Boolean))].sort(byName);
  return {
    regions: unique(nodes.map(({ region }) => region)),
    roles: unique(nodes.map(({ role }) => role)),
    agents: unique(nodes.flatMap(({ agents }) => agents.map(({ name }) => name))),
  };
}
