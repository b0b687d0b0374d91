import dagre from "@dagrejs/dagre";
import { handlersOf } from "./compensation";
import type { Move } from "./edit";
import { hasSize, isContainer, isDecoration, type Placement, type Structure } from "./model";

export interface Box {
  width: number;
  height: number;
}

export type Measure = (id: string) => Box;

const GAP = { x: 72, y: 36 };
/** Between a step and the handler under it. */
const UNDER = 56;
const HEADER = 56;
const PADDING = 28;

export interface Arrangement {
  moves: Move[];
  /** Containers grow or shrink to hold what is in them. */
  sizes: Map<string, Box>;
}

/** Lay the steps out from left to right, containers from the inside out, handlers under the step they undo.
 * Notes and groups stay where they are. */
export function arrange(structure: Structure, measure: Measure): Arrangement {
  const sizes = new Map<string, Box>();
  const moves: Move[] = [];
  const boxOf: Measure = (id) => sizes.get(id) ?? measure(id);
  const containers = structure.nodes.filter((node) => isContainer(node.kind)).map((node) => node.id);
  const depth = (id: string): number => {
    const parent = structure.nodes.find((node) => node.id === id)?.parent;
    return parent ? 1 + depth(parent) : 0;
  };
  for (const container of containers.sort((a, b) => depth(b) - depth(a))) {
    const inside = structure.nodes.filter((node) => node.parent === container && !isDecoration(node.kind));
    if (inside.length === 0) continue;
    const laid = layer(inside, structure, boxOf, { x: PADDING, y: HEADER });
    moves.push(...laid.moves);
    sizes.set(container, { width: laid.width + 2 * PADDING, height: laid.height + HEADER + PADDING });
  }
  const outside = structure.nodes.filter((node) => !node.parent && !isDecoration(node.kind));
  moves.push(...layer(outside, structure, boxOf, { x: 0, y: 0 }).moves);
  return { moves, sizes };
}

function layer(
  nodes: readonly Placement[],
  structure: Structure,
  boxOf: Measure,
  origin: { x: number; y: number },
) {
  const towers = towersOf(nodes, structure, boxOf);
  const standing = nodes.filter(({ id }) => towers.has(id));
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", ranksep: GAP.x, nodesep: GAP.y, ranker: "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of standing) graph.setNode(id, { ...towers.get(id)?.box });
  for (const edge of structure.edges) {
    if (towers.has(edge.source) && towers.has(edge.target)) graph.setEdge(edge.source, edge.target);
  }
  dagre.layout(graph);
  const boxes = standing.flatMap(({ id }) => {
    const { x, y } = graph.node(id) as { x: number; y: number };
    const tower = towers.get(id);
    if (!tower) return [];
    const [left, top] = [x - tower.box.width / 2, y - boxOf(id).height / 2];
    const below = top + boxOf(id).height + UNDER;
    return [
      { id, x: left, y: top, ...boxOf(id) },
      ...(tower.handler ? [{ id: tower.handler, x: left, y: below, ...boxOf(tower.handler) }] : []),
    ];
  });
  const left = Math.min(...boxes.map((box) => box.x));
  const top = Math.min(...boxes.map((box) => box.y));
  return {
    moves: boxes.map(({ id, x, y }) => ({
      id,
      position: { x: Math.round(x - left + origin.x), y: Math.round(y - top + origin.y) },
    })),
    width: Math.max(...boxes.map((box) => box.x + box.width)) - left,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - top,
  };
}

interface Tower {
  box: Box;
  handler: string | undefined;
}

/** By step: the room it takes with the handler under it. Handlers themselves are not in it. */
function towersOf(nodes: readonly Placement[], structure: Structure, boxOf: Measure): Map<string, Tower> {
  const undoes = handlersOf(structure);
  const ids = new Set(nodes.map((node) => node.id));
  const handlers = new Map(
    [...undoes]
      .filter(([handler, step]) => ids.has(handler) && ids.has(step) && !undoes.has(step))
      .map(([handler, step]) => [step, handler]),
  );
  const under = new Set(handlers.values());
  return new Map(
    nodes
      .filter(({ id }) => !under.has(id))
      .map(({ id }) => {
        const handler = handlers.get(id);
        const own = boxOf(id);
        const below = handler ? boxOf(handler) : undefined;
        // as much room above as the handler takes below keeps the step in line with what leads to it
        const height = own.height + (below ? 2 * (UNDER + below.height) : 0);
        const box = { width: Math.max(own.width, below?.width ?? 0), height };
        return [id, { box, handler }];
      }),
  );
}

export type Alignment = "left" | "centre" | "right" | "top" | "middle" | "bottom";

type Placed = { id: string; x: number; y: number } & Box;

/** Line boxes up on one side, or on their common middle. */
export function align(boxes: readonly Placed[], how: Alignment): Move[] {
  if (boxes.length < 2) return [];
  const left = Math.min(...boxes.map((box) => box.x));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const top = Math.min(...boxes.map((box) => box.y));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  const to = {
    left: () => ({ x: left }),
    centre: (box: Placed) => ({ x: (left + right - box.width) / 2 }),
    right: (box: Placed) => ({ x: right - box.width }),
    top: () => ({ y: top }),
    middle: (box: Placed) => ({ y: (top + bottom - box.height) / 2 }),
    bottom: (box: Placed) => ({ y: bottom - box.height }),
  }[how];
  return boxes.map((box) => ({ id: box.id, position: { x: box.x, y: box.y, ...to(box) } }));
}

/** The default size of a node that was never on the screen. */
export function estimate(placement: Placement, ports: number): Box {
  if (hasSize(placement.kind)) return { width: placement.size?.x ?? 560, height: placement.size?.y ?? 260 };
  if (placement.kind === "note") return { width: 220, height: 96 };
  return { width: 240, height: ports > 1 ? 64 + ports * 24 : 64 };
}
