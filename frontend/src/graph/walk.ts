import { isContainer, type Structure } from "./model";

type Edges = Structure["edges"];

function neighbours(edges: Edges, from: "source" | "target"): Map<string, string[]> {
  const to = from === "source" ? "target" : "source";
  const map = new Map<string, string[]>();
  for (const edge of edges) {
    const list = map.get(edge[from]);
    if (list) list.push(edge[to]);
    else map.set(edge[from], [edge[to]]);
  }
  return map;
}

function reach(start: string, next: Map<string, string[]>): Set<string> {
  const seen = new Set<string>();
  const stack = [...(next.get(start) ?? [])];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    stack.push(...(next.get(id) ?? []));
  }
  return seen;
}

/** Every node the given one can be reached from by edges, without itself. */
export function ancestors(edges: Edges, id: string): Set<string> {
  return reach(id, neighbours(edges, "target"));
}

export function descendants(edges: Edges, id: string): Set<string> {
  return reach(id, neighbours(edges, "source"));
}

/** Whether an edge from `source` to `target` would close a circle. */
export function closesCycle(edges: Edges, source: string, target: string): boolean {
  return source === target || descendants(edges, target).has(source);
}

/** The containers a node stands in, from the inside out. */
export function containersOf(structure: Structure, id: string): string[] {
  const parents = new Map(structure.nodes.map((node) => [node.id, node.parent]));
  const chain: string[] = [];
  for (let parent = parents.get(id); parent && !chain.includes(parent); parent = parents.get(parent)) {
    chain.push(parent);
  }
  return chain;
}

/** How many containers stand around a node. */
export function depthOf(structure: Structure, id: string): number {
  return containersOf(structure, id).length;
}

/** How many containers stand in one another from a node on inwards; 0 for a plain step. */
export function heightOf(structure: Structure, id: string): number {
  const node = structure.nodes.find((other) => other.id === id);
  if (!node || !isContainer(node.kind)) return 0;
  const inside = structure.nodes.filter((other) => other.parent === id);
  return 1 + Math.max(0, ...inside.map((other) => heightOf(structure, other.id)));
}

/** The nodes inside the given ones, at any depth, with them. */
export function withContents(structure: Structure, ids: Iterable<string>): Set<string> {
  const all = new Set(ids);
  let grew = true;
  while (grew) {
    grew = false;
    for (const node of structure.nodes) {
      if (node.parent && all.has(node.parent) && !all.has(node.id)) {
        all.add(node.id);
        grew = true;
      }
    }
  }
  return all;
}

/** Every step whose result is known when the node runs: its ancestors, and those of the containers around it. */
export function upstream(structure: Structure, id: string): Set<string> {
  const all = ancestors(structure.edges, id);
  for (const container of containersOf(structure, id)) {
    for (const ancestor of ancestors(structure.edges, container)) all.add(ancestor);
  }
  return all;
}
