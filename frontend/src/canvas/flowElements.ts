/** React Flow's nodes and edges, made from the structure; objects that did not change keep their identity. */
import { type Edge as FlowEdge, type Node as FlowNode, MarkerType } from "@xyflow/react";
import { isCompensation } from "@/graph/compensation";
import { edgeId, type Placement, type Structure } from "@/graph/model";

export type StepFlowNode = FlowNode<Record<string, never>>;

const NO_DATA: Record<string, never> = {};
const BEHIND: Readonly<Partial<Record<Placement["kind"], number>>> = { group: -2, map: -1, loop: -1 };

/** The arrow of a compensation edge points back at the step that is undone. */
const BACK = { type: MarkerType.ArrowClosed, color: "var(--ac-amber)", width: 16, height: 16 } as const;

export function flowNodes(
  before: readonly StepFlowNode[],
  structure: Structure,
  selected: ReadonlySet<string>,
  labelOf: (id: string) => string,
): StepFlowNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  return structure.nodes.map((placement) => {
    const old = known.get(placement.id);
    const isSelected = selected.has(placement.id);
    const ariaLabel = labelOf(placement.id);
    if (old && same(old, placement) && old.selected === isSelected && old.ariaLabel === ariaLabel) return old;
    return {
      ...old,
      id: placement.id,
      type: placement.kind,
      position: placement.position,
      data: NO_DATA,
      selected: isSelected,
      ariaLabel,
      ...(placement.parent ? { parentId: placement.parent } : { parentId: undefined }),
      ...(placement.size && { width: placement.size.x, height: placement.size.y }),
      zIndex: BEHIND[placement.kind] ?? 0,
    };
  });
}

function same(node: StepFlowNode, { kind, parent, position, size }: Placement): boolean {
  return (
    node.type === kind &&
    (node.parentId ?? null) === parent &&
    node.position.x === position.x &&
    node.position.y === position.y &&
    (!size || (node.width === size.x && node.height === size.y))
  );
}

export function flowEdges(
  structure: Structure,
  selected: ReadonlySet<string>,
  data: Record<string, unknown>,
  labelOf: (source: string, port: string, target: string) => string,
): FlowEdge[] {
  return structure.edges.map((edge) => {
    const id = edgeId(edge);
    return {
      id,
      type: "step",
      source: edge.source,
      target: edge.target,
      sourceHandle: edge.port,
      selected: selected.has(id),
      data,
      ...(isCompensation(edge) && { markerStart: BACK }),
      ariaLabel: labelOf(edge.source, edge.port, edge.target),
    };
  });
}
