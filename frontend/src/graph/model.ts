import type { Edge, Graph, Position, Settings } from "@/wire/generated";

export type { Edge, Graph, Position, Settings } from "@/wire/generated";

export type GraphNode = NonNullable<Graph["nodes"]>[number];
export type NodeKind = GraphNode["kind"];

/** Containers may stand in one another this deep. */
export const MAX_NESTING = 10;
export const ID_PATTERN = /^[a-z][a-z0-9_]{0,62}$/;
export const CONTAINER_SIZE: Position = { x: 560, y: 260 };

/** Where a node stands; apart from its fields, so that dragging never touches forms and typing never touches the canvas. */
export interface Placement {
  readonly id: string;
  readonly kind: NodeKind;
  readonly parent: string | null;
  readonly position: Required<Position>;
  /** Containers and groups only. */
  readonly size?: Required<Position>;
}

/** Everything else about a node. */
export type Fields = { readonly title?: string } & Readonly<Record<string, unknown>>;

export interface Structure {
  readonly nodes: readonly Placement[];
  readonly edges: readonly Required<Edge>[];
}

/** The workflow while it is edited. */
export interface Draft {
  readonly structure: Structure;
  readonly fields: Readonly<Record<string, Fields>>;
  /** What holds for the whole run: its time limit, priority, how many at a time. */
  readonly settings: Settings;
}

export const EMPTY_DRAFT: Draft = { structure: { nodes: [], edges: [] }, fields: {}, settings: {} };

export function isContainer(kind: NodeKind): boolean {
  return kind === "map" || kind === "loop";
}

export function hasSize(kind: NodeKind): boolean {
  return isContainer(kind) || kind === "group";
}

/** Notes and groups are for the eye: nothing runs, nothing connects. */
export function isDecoration(kind: NodeKind): boolean {
  return kind === "note" || kind === "group";
}

/** The id of an edge, as the server's problems name it. */
export function edgeId(edge: Edge): string {
  return `${edge.source}:${edge.port ?? "out"}>${edge.target}`;
}

export function toDraft(graph: Graph): Draft {
  const nodes: Placement[] = [];
  const fields: Record<string, Fields> = {};
  for (const node of graph.nodes ?? []) {
    const { id, kind, parent, position, ...rest } = node;
    const { size, ...others } = rest as typeof rest & { size?: Position };
    nodes.push({
      id,
      kind,
      parent: parent ?? null,
      position: { x: position?.x ?? 0, y: position?.y ?? 0 },
      ...(hasSize(kind) && {
        size: { x: size?.x ?? CONTAINER_SIZE.x ?? 0, y: size?.y ?? CONTAINER_SIZE.y ?? 0 },
      }),
    });
    fields[id] = others;
  }
  const edges = (graph.edges ?? []).map((edge) => ({ ...edge, port: edge.port ?? "out" }));
  return { structure: { nodes, edges }, fields, settings: graph.settings ?? {} };
}

export function nodeOf(draft: Draft, placement: Placement): GraphNode {
  const { parent, ...rest } = placement;
  return { ...rest, ...(parent ? { parent } : {}), ...draft.fields[placement.id] } as GraphNode;
}

/** The document as it is stored and run. Edges on the port `out` leave it unsaid, as the server does. */
export function toGraph(draft: Draft): Graph {
  return {
    schema: "agentcluster.workflow/v1",
    nodes: draft.structure.nodes.map((placement) => nodeOf(draft, placement)),
    edges: draft.structure.edges.map(({ source, target, port }) =>
      port === "out" ? { source, target } : { source, target, port },
    ),
    ...(Object.keys(draft.settings).length > 0 && { settings: draft.settings }),
  };
}
