import { useMemo } from "react";
import { estimate } from "@/graph/layout";
import { type Graph, isContainer, isDecoration } from "@/graph/model";
import { placedDraft } from "@/graph/placed";

const PAD = 24;

/** A workflow's outline, small: boxes and lines, without words. */
export function GraphSketch({ graph }: { graph: Graph }) {
  const { boxes, lines, view } = useMemo(() => sketch(graph), [graph]);
  return (
    <svg viewBox={view} width="100%" height="100%" preserveAspectRatio="xMidYMid meet" aria-hidden="true">
      {lines.map(({ id, d }) => (
        <path key={id} d={d} fill="none" stroke="var(--ac-border-strong)" strokeWidth={5} />
      ))}
      {boxes.map(({ id, x, y, width, height, open }) => (
        <rect
          key={id}
          x={x}
          y={y}
          width={width}
          height={height}
          rx={14}
          fill={open ? "none" : "var(--ac-surface-raised)"}
          stroke="var(--ac-accent-line)"
          strokeWidth={5}
        />
      ))}
    </svg>
  );
}

function sketch(graph: Graph) {
  const { structure } = placedDraft(graph);
  const byId = new Map(structure.nodes.map((node) => [node.id, node]));
  const boxes = structure.nodes
    .filter((node) => !isDecoration(node.kind))
    .map((node) => {
      const parent = node.parent ? byId.get(node.parent) : undefined;
      const x = node.position.x + (parent?.position.x ?? 0);
      const y = node.position.y + (parent?.position.y ?? 0);
      return { id: node.id, x, y, ...estimate(node, 1), open: isContainer(node.kind) };
    });
  const places = new Map(boxes.map((box) => [box.id, box]));
  const lines = structure.edges.flatMap(({ source, target, port }) => {
    const from = places.get(source);
    const to = places.get(target);
    if (!from || !to) return [];
    const [x1, y1, x2, y2] = [from.x + from.width, from.y + from.height / 2, to.x, to.y + to.height / 2];
    const middle = (x1 + x2) / 2;
    return [
      { id: `${source}:${port}>${target}`, d: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}` },
    ];
  });
  const left = Math.min(0, ...boxes.map((box) => box.x)) - PAD;
  const top = Math.min(...boxes.map((box) => box.y), Number.POSITIVE_INFINITY) - PAD;
  const right = Math.max(...boxes.map((box) => box.x + box.width), 240) + PAD;
  const bottom = Math.max(...boxes.map((box) => box.y + box.height), 64) + PAD;
  const y = Number.isFinite(top) ? top : 0;
  return { boxes, lines, view: `${left} ${y} ${right - left} ${bottom - y}` };
}
