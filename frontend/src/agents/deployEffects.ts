/** What a change of a deployment comes to, before it is made. */
import type { Where } from "@/wire/cluster";
import type { AgentDetail, AgentVersion, ClusterNode } from "@/wire/types";

export interface Effect {
  readonly key: "start" | "end" | "same" | "none" | "noNode" | "noShare" | "share";
  readonly count?: number;
  readonly percent?: number;
}

interface Change {
  agent: AgentDetail;
  version: AgentVersion;
  replicas: number;
  weight: number;
  where: Where;
  nodes: readonly ClusterNode[];
}

/** Active nodes that take new instances, can run them, and match. */
export function fitting(
  nodes: readonly ClusterNode[],
  where: Where,
  runtime: AgentVersion["runtime"] = "builtin",
): ClusterNode[] {
  return nodes.filter(
    (node) =>
      node.status === "active" &&
      !node.draining &&
      (runtime !== "bundle" || runsBundles(node)) &&
      (!where.region || node.region === where.region) &&
      (!where.role || node.role === where.role) &&
      (!where.nodes?.length || where.nodes.includes(node.name)) &&
      !where.not_nodes?.includes(node.name),
  );
}

/** Nodes that say nothing of it are given the benefit of the doubt. */
function runsBundles({ runtime }: ClusterNode): boolean {
  return !runtime || runtime.sandbox || runtime.trusted_without;
}

/** How many start or end, whether any node fits, and which share of unversioned calls this version gets. */
export function deployEffects({ agent, version, replicas, weight, where, nodes }: Change): Effect[] {
  const more = replicas - (version.deployment?.replicas ?? 0);
  const effects: Effect[] = [];
  if (more > 0) effects.push({ key: "start", count: more });
  if (more < 0) effects.push({ key: "end", count: -more });
  if (more === 0) effects.push({ key: "same" });
  if (replicas === 0) effects.push({ key: "none" });
  if (replicas > 0 && fitting(nodes, where, version.runtime).length === 0) effects.push({ key: "noNode" });
  const others = agent.versions
    .filter((one) => one.version !== version.version && (one.deployment?.replicas ?? 0) > 0)
    .reduce((sum, one) => sum + (one.deployment?.weight ?? 0), 0);
  if (replicas > 0 && weight === 0) effects.push({ key: "noShare" });
  if (replicas > 0 && weight > 0)
    effects.push({ key: "share", percent: Math.round((100 * weight) / (weight + others)) });
  return effects;
}
