/** Changes to a draft, each a pure function: draft in, draft out. */
import { renameStepsIn } from "./expressions";
import {
  type Draft,
  type Edge,
  edgeId,
  type Fields,
  type Placement,
  type Position,
  type Settings,
} from "./model";
import { allPorts, outPorts } from "./ports";
import { withContents } from "./walk";

type FullEdge = Required<Edge>;

export function addNode(draft: Draft, placement: Placement, fields: Fields): Draft {
  const nodes = [...draft.structure.nodes, placement];
  return {
    ...draft,
    structure: { ...draft.structure, nodes: parentsFirst(nodes) },
    fields: { ...draft.fields, [placement.id]: fields },
  };
}

/** React Flow wants containers before what stands in them. */
export function parentsFirst(nodes: readonly Placement[]): Placement[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const placed = new Set<string>();
  const result: Placement[] = [];
  const place = (node: Placement) => {
    if (placed.has(node.id)) return;
    placed.add(node.id);
    const parent = node.parent ? byId.get(node.parent) : undefined;
    if (parent) place(parent);
    result.push(node);
  };
  nodes.forEach(place);
  return result;
}

export function addEdge(draft: Draft, edge: FullEdge): Draft {
  return withEdges(draft, [...draft.structure.edges, edge]);
}

function withEdges(draft: Draft, edges: readonly FullEdge[]): Draft {
  return { ...draft, structure: { ...draft.structure, edges } };
}

/** Remove nodes (containers with what is in them), the edges that touch them, and the given edges. */
export function remove(draft: Draft, nodeIds: Iterable<string>, edgeIds: Iterable<string> = []): Draft {
  const gone = withContents(draft.structure, nodeIds);
  const cut = new Set(edgeIds);
  if (gone.size === 0 && cut.size === 0) return draft;
  return {
    ...draft,
    structure: {
      nodes: draft.structure.nodes.filter((node) => !gone.has(node.id)),
      edges: draft.structure.edges.filter(
        (edge) => !gone.has(edge.source) && !gone.has(edge.target) && !cut.has(edgeId(edge)),
      ),
    },
    fields: Object.fromEntries(Object.entries(draft.fields).filter(([id]) => !gone.has(id))),
  };
}

export type Move = { id: string; position: Required<Position>; parent?: string | null };

export function move(draft: Draft, moves: readonly Move[]): Draft {
  const byId = new Map(moves.map((item) => [item.id, item]));
  const nodes = draft.structure.nodes.map((node) => {
    const to = byId.get(node.id);
    return to
      ? { ...node, position: to.position, parent: to.parent === undefined ? node.parent : to.parent }
      : node;
  });
  return moves.length === 0
    ? draft
    : { ...draft, structure: { ...draft.structure, nodes: parentsFirst(nodes) } };
}

export function resize(
  draft: Draft,
  id: string,
  size: Required<Position>,
  position: Required<Position>,
): Draft {
  const nodes = draft.structure.nodes.map((node) => (node.id === id ? { ...node, size, position } : node));
  return { ...draft, structure: { ...draft.structure, nodes } };
}

/** Take new fields of a node; edges on ports that are no longer there go too. */
export function setFields(draft: Draft, id: string, fields: Fields): Draft {
  const kind = draft.structure.nodes.find((node) => node.id === id)?.kind;
  if (!kind) return draft;
  const next = { ...draft, fields: { ...draft.fields, [id]: fields } };
  const ports = allPorts(kind, fields);
  const edges = draft.structure.edges.filter((edge) => edge.source !== id || ports.includes(edge.port));
  return edges.length === draft.structure.edges.length ? next : withEdges(next, edges);
}

/** Change what holds for the whole run; undefined takes a setting away. */
export function setSettings(draft: Draft, patch: { [K in keyof Settings]: Settings[K] | undefined }): Draft {
  const kept = Object.entries({ ...draft.settings, ...patch }).filter(([, value]) => value !== undefined);
  return { ...draft, settings: Object.fromEntries(kept) };
}

/** Give a port of a switch another name, with its edges. */
export function renamePort(draft: Draft, id: string, before: string, after: string): Draft {
  return withEdges(
    draft,
    draft.structure.edges.map((edge) =>
      edge.source === id && edge.port === before ? { ...edge, port: after } : edge,
    ),
  );
}

/** Give a node another id: its edges, its children and every expression that names it follow. */
export function renameNode(draft: Draft, before: string, after: string): Draft {
  if (before === after || after in draft.fields) return draft;
  const names = new Map([[before, after]]);
  const swap = (id: string) => (id === before ? after : id);
  return {
    ...draft,
    structure: {
      nodes: draft.structure.nodes.map((node) => ({
        ...node,
        id: swap(node.id),
        parent: node.parent === null ? null : swap(node.parent),
      })),
      edges: draft.structure.edges.map((edge) => ({
        ...edge,
        source: swap(edge.source),
        target: swap(edge.target),
      })),
    },
    fields: Object.fromEntries(
      Object.entries(draft.fields).map(([id, fields]) => [swap(id), renameStepsIn(fields, names)]),
    ),
  };
}

/** Put a node into an edge: source → node → target. */
export function splitEdge(draft: Draft, edge: FullEdge, id: string): Draft {
  const kind = draft.structure.nodes.find((node) => node.id === id)?.kind;
  const port = kind && outPorts(kind, draft.fields[id])[0];
  if (!port) return draft;
  const rest = draft.structure.edges.filter((other) => edgeId(other) !== edgeId(edge));
  return withEdges(draft, [...rest, { ...edge, target: id }, { source: id, port, target: edge.target }]);
}
