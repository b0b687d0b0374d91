/** Copied steps as text: the same document as a whole workflow, so that it also reads and pastes as one. */

import { parentsFirst } from "./edit";
import { renameStepsIn } from "./expressions";
import { freshId } from "./identifiers";
import { type Draft, type Graph, type Placement, toGraph } from "./model";
import { placedDraft } from "./placed";
import { withContents } from "./walk";

const SCHEMA = "agentcluster.workflow/v1";

export function copyText(draft: Draft, ids: Iterable<string>): string {
  const chosen = withContents(draft.structure, ids);
  const part: Draft = {
    settings: {},
    structure: {
      nodes: draft.structure.nodes
        .filter((node) => chosen.has(node.id))
        .map((node) => (node.parent && !chosen.has(node.parent) ? detached(draft, node) : node)),
      edges: draft.structure.edges.filter((edge) => chosen.has(edge.source) && chosen.has(edge.target)),
    },
    fields: Object.fromEntries(Object.entries(draft.fields).filter(([id]) => chosen.has(id))),
  };
  return JSON.stringify(toGraph(part), null, 2);
}

/** A node copied out of its container stands where it was seen. */
function detached(draft: Draft, node: Placement): Placement {
  let { x, y } = node.position;
  let parent = node.parent;
  while (parent) {
    const container = draft.structure.nodes.find((other) => other.id === parent);
    x += container?.position.x ?? 0;
    y += container?.position.y ?? 0;
    parent = container?.parent ?? null;
  }
  return { ...node, parent: null, position: { x, y } };
}

/** The workflow in a text, or nothing when it holds none. */
export function parseGraph(text: string): Graph | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const graph = value as Graph;
    const sound =
      graph.schema === SCHEMA &&
      Array.isArray(graph.nodes) &&
      graph.nodes.every((node) => typeof node?.id === "string" && typeof node.kind === "string") &&
      (graph.edges ?? []).every(
        (edge) => typeof edge?.source === "string" && typeof edge.target === "string",
      );
    return sound ? graph : undefined;
  } catch {
    return undefined;
  }
}

export interface Pasted {
  draft: Draft;
  ids: string[];
}

/** Add a copied graph: new ids where they are taken (expressions follow), moved by `offset`; a second start is left out. */
export function paste(draft: Draft, graph: Graph, offset: { x: number; y: number }): Pasted {
  const incoming = placedDraft(graph);
  const hasStart = draft.structure.nodes.some((node) => node.kind === "start");
  const kept = incoming.structure.nodes.filter((node) => !(hasStart && node.kind === "start"));
  const taken = new Set(Object.keys(draft.fields));
  const names = new Map<string, string>();
  for (const node of kept) {
    const id = freshId(node.id, taken);
    taken.add(id);
    names.set(node.id, id);
  }
  const changed = new Map([...names].filter(([before, after]) => before !== after));
  const nodes = kept.map((node) => ({
    ...node,
    id: names.get(node.id) ?? node.id,
    parent: node.parent ? (names.get(node.parent) ?? null) : null,
    position: node.parent ? node.position : { x: node.position.x + offset.x, y: node.position.y + offset.y },
  }));
  const edges = incoming.structure.edges.flatMap((edge) => {
    const source = names.get(edge.source);
    const target = names.get(edge.target);
    return source && target ? [{ ...edge, source, target }] : [];
  });
  const fields = kept.map((node) => [
    names.get(node.id) ?? node.id,
    renameStepsIn(incoming.fields[node.id] ?? {}, changed),
  ]);
  return {
    draft: {
      ...draft,
      structure: {
        nodes: parentsFirst([...draft.structure.nodes, ...nodes]),
        edges: [...draft.structure.edges, ...edges],
      },
      fields: { ...draft.fields, ...Object.fromEntries(fields) },
    },
    ids: nodes.map((node) => node.id),
  };
}
