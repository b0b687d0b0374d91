/** A graph drawn small: boxes and the lines between them, in a frame of given size. */
import { COMPENSATE } from "@/graph/compensation";
import type { Graph } from "@/wire/types";

export interface PreviewBox {
  readonly id: string;
  readonly kind: string;
  readonly agent: string;
  readonly label: string;
  /** The label as far as there is room for it, and its middle. */
  readonly words: Words;
  readonly x: number;
  readonly y: number;
}

export interface PreviewLine {
  readonly id: string;
  readonly path: string;
  /** It leads to a step that undoes another. */
  readonly undo: boolean;
}

interface Words {
  readonly text: string;
  readonly x: number;
}

type Placed = Pick<PreviewBox, "id" | "label" | "x" | "y">;

const LABEL_PX = 14;
const GAP = 6;

export const BOX = { width: 44, height: 30 };

/** Boxes by their centres. The layout is the graph's own, squeezed into the frame. */
export function previewOf(
  graph: Graph,
  width: number,
  height: number,
): { boxes: PreviewBox[]; lines: PreviewLine[] } {
  const nodes = (graph.nodes ?? []).filter(
    ({ kind, parent }) => kind !== "note" && kind !== "group" && !parent,
  );
  const xs = nodes.map((node) => node.position?.x ?? 0);
  const ys = nodes.map((node) => node.position?.y ?? 0);
  const place = {
    x: scale(xs, BOX.width / 2 + 6, width - BOX.width / 2 - 6),
    y: scale(ys, BOX.height / 2 + 6, height - BOX.height / 2 - 6),
  };
  const placed = nodes.map((node) => ({
    id: node.id,
    kind: node.kind,
    agent: node.kind === "agent" ? (node.agent ?? "") : "",
    label: node.title || node.id,
    x: place.x(node.position?.x ?? 0),
    y: place.y(node.position?.y ?? 0),
  }));
  const boxes = placed.map((box) => ({ ...box, words: wordsOf(box, placed, width) }));
  const at = new Map(boxes.map((box) => [box.id, box]));
  const lines = (graph.edges ?? []).flatMap(({ source, target, port }) => {
    const a = at.get(source);
    const b = at.get(target);
    return a && b
      ? [
          {
            id: `${source}:${port ?? "out"}>${target}`,
            undo: port === COMPENSATE,
            path: port === COMPENSATE ? drop(a, b) : curve(a, b),
          },
        ]
      : [];
  });
  return { boxes, lines };
}

function wordsOf(box: Placed, all: readonly Placed[], width: number): Words {
  const row = all.filter((other) => other.id !== box.id && Math.abs(other.y - box.y) < BOX.height + LABEL_PX);
  const left = Math.max(0, ...row.filter(({ x }) => x <= box.x).map(({ x }) => (x + box.x + GAP) / 2));
  const right = Math.min(width, ...row.filter(({ x }) => x > box.x).map(({ x }) => (x + box.x - GAP) / 2));
  const text = fitted(box.label, right - left);
  const half = Math.min(widthOf(text), right - left) / 2;
  return { text, x: Math.max(left + half, Math.min(right - half, box.x)) };
}

function fitted(label: string, room: number): string {
  if (widthOf(label) <= room) return label;
  const letters = Array.from(label);
  while (letters.length > 1 && widthOf(`${letters.join("")}…`) > room) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

/** As wide as 9 px letters are, about: those of Chinese are square. */
function widthOf(text: string): number {
  return Array.from(text).reduce((sum, letter) => sum + (letter > "\u2e7f" ? 9 : 4.9), 0);
}

function scale(values: readonly number[], from: number, to: number): (value: number) => number {
  const least = Math.min(...values);
  const span = Math.max(...values) - least;
  return (value) => (span === 0 ? (from + to) / 2 : from + ((value - least) / span) * (to - from));
}

function curve(a: PreviewBox, b: PreviewBox): string {
  const x1 = a.x + BOX.width / 2;
  const x2 = b.x - BOX.width / 2;
  if (x2 < x1 && b.y - a.y > BOX.height) return backToNextRow(x1, a.y, x2, b.y);
  const bend = Math.max(8, Math.abs(x2 - x1) / 2);
  return `M${x1},${a.y} C${x1 + bend},${a.y} ${x2 - bend},${b.y} ${x2},${b.y}`;
}

/** From a step's foot to the top of the one that undoes it, below the words between them. */
function drop(a: PreviewBox, b: PreviewBox): string {
  const [y1, y2] = [a.y + BOX.height / 2, b.y - BOX.height / 2];
  const middle = (y1 + y2) / 2;
  return `M${a.x},${y1} C${a.x},${middle} ${b.x},${middle} ${b.x},${y2}`;
}

const TURN = 5;

/** Round the corner, back between the rows, and in from the left, as the canvas draws it. */
function backToNextRow(x1: number, y1: number, x2: number, y2: number): string {
  const [right, left, middle] = [x1 + TURN, x2 - TURN, y2 - BOX.height / 2 - TURN];
  return [
    `M${x1},${y1} Q${right},${y1} ${right},${y1 + TURN} V${middle - TURN}`,
    `Q${right},${middle} ${x1},${middle} H${x2} Q${left},${middle} ${left},${middle + TURN}`,
    `V${y2 - TURN} Q${left},${y2} ${x2},${y2}`,
  ].join(" ");
}
