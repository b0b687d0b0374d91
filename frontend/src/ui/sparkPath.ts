export interface Point {
  readonly at: number;
  readonly value: number;
}

interface Frame {
  from: number;
  to: number;
  most: number;
  width: number;
  height: number;
}

/** A gap this long between two points is a gap in the line: nobody looked in between. */
const GAP_MS = 15_000;
const PAD = 2;

/** The points as SVG paths: the line, and the area under it. Values above `most` touch the top. */
export function linePath(points: readonly Point[], { from, to, most, width, height }: Frame) {
  const x = (at: number) => ((at - from) / Math.max(1, to - from)) * width;
  const y = (value: number) =>
    height - PAD - Math.max(0, Math.min(1, value / Math.max(1e-9, most))) * (height - 2 * PAD);
  const pieces = unbroken(points.filter(({ at }) => at >= from && at <= to));
  const draw = (piece: readonly Point[]) =>
    piece.map(({ at, value }) => `${round(x(at))} ${round(y(value))}`);
  return {
    line: pieces.map((piece) => `M${draw(piece).join("L")}`).join(""),
    area: pieces
      .map((piece) => {
        const [first, last] = [x(piece[0]?.at ?? from), x(piece.at(-1)?.at ?? from)];
        return `M${round(first)} ${height}L${draw(piece).join("L")}L${round(last)} ${height}Z`;
      })
      .join(""),
  };
}

function unbroken(points: readonly Point[]): Point[][] {
  const pieces: Point[][] = [];
  for (const point of points) {
    const last = pieces.at(-1);
    if (last && point.at - (last.at(-1)?.at ?? 0) <= GAP_MS) last.push(point);
    else pieces.push([point]);
  }
  return pieces;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
