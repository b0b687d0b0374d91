import type { Graph } from "@/wire/generated";

export type GraphNode = NonNullable<Graph["nodes"]>[number];

/** What of a graph takes part in runs: nodes in reading order, and which map or loop each stands in. */
export interface RunStructure {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** Nodes by the map or loop they stand in ("" for the top), each before those that run after it. */
  readonly inside: ReadonlyMap<string, readonly string[]>;
  /** Nodes that undo others, and which: they run only when the run fails or is cancelled. */
  readonly handlers: ReadonlyMap<string, string>;
}

export function structureOf(graph: Graph): RunStructure {
  const all = new Map((graph.nodes ?? []).map((node) => [node.id, node]));
  const inside = new Map<string, string[]>();
  const nodes = new Map<string, GraphNode>();
  for (const id of inReadingOrder(graph)) {
    const node = all.get(id);
    if (!node || node.kind === "note" || node.kind === "group") continue;
    const around = containerAround(all, node);
    inside.set(around, [...(inside.get(around) ?? []), id]);
    nodes.set(id, node);
  }
  const undoing = (graph.edges ?? []).filter(({ port }) => port === "compensate");
  const handlers = new Map(undoing.map(({ source, target }) => [target, source]));
  return { nodes, inside, handlers };
}

function containerAround(all: ReadonlyMap<string, GraphNode>, node: GraphNode): string {
  const seen = new Set<string>([node.id]);
  for (let parent = node.parent; parent && !seen.has(parent); parent = all.get(parent)?.parent) {
    const kind = all.get(parent)?.kind;
    if (kind === "map" || kind === "loop") return parent;
    seen.add(parent);
  }
  return "";
}

/** Kahn's order; among those that are free, top left first. Nodes on a cycle come last. */
function inReadingOrder(graph: Graph): string[] {
  const nodes = [...(graph.nodes ?? [])].sort(byPlace);
  const waiting = new Map(nodes.map((node) => [node.id, 0]));
  const after = new Map<string, string[]>();
  for (const { source, target } of graph.edges ?? []) {
    if (!waiting.has(source) || !waiting.has(target)) continue;
    waiting.set(target, (waiting.get(target) ?? 0) + 1);
    after.set(source, [...(after.get(source) ?? []), target]);
  }
  const order = nodes.filter((node) => waiting.get(node.id) === 0).map((node) => node.id);
  for (let next = 0; next < order.length; next++) {
    for (const target of after.get(order[next] ?? "") ?? []) {
      const left = (waiting.get(target) ?? 0) - 1;
      waiting.set(target, left);
      if (left === 0) order.push(target);
    }
  }
  const placed = new Set(order);
  return [...order, ...nodes.filter((node) => !placed.has(node.id)).map((node) => node.id)];
}

function byPlace(a: GraphNode, b: GraphNode): number {
  return (a.position?.x ?? 0) - (b.position?.x ?? 0) || (a.position?.y ?? 0) - (b.position?.y ?? 0);
}
