import { move } from "@/graph/edit";
import type { Measure } from "@/graph/layout";
import type { Draft, Edge } from "@/graph/model";

const GAP = 60;

/** Put a step that goes into an edge between its ends; what stands to the right moves on where there is too little room. */
export function makeRoom(draft: Draft, edge: Edge, id: string, measure: Measure): Draft {
  const { nodes } = draft.structure;
  const [source, target, added] = [edge.source, edge.target, id].map((one) =>
    nodes.find((node) => node.id === one),
  );
  if (!source || !target || !added) return draft;
  const from = source.position.x + measure(source.id).width;
  const gap = target.position.x - from;
  if (gap < 0) return draft;
  const { width } = measure(id);
  const missing = Math.max(width + 2 * GAP - gap, 0);
  const behind = nodes.filter(
    (node) => node.parent === target.parent && node.id !== id && node.position.x >= target.position.x,
  );
  const moves = missing
    ? behind.map(({ id: one, position }) => ({ id: one, position: { ...position, x: position.x + missing } }))
    : [];
  const middle = from + (gap + missing - width) / 2;
  return move(draft, [...moves, { id, position: { x: middle, y: source.position.y } }]);
}
