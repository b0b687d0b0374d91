import classes from "./TemplatePreview.module.css";

const SERIES = [
  { tone: "accent", points: [34, 30, 31, 24, 26, 17, 14, 8] },
  { tone: "data", points: [40, 41, 36, 37, 31, 32, 27, 25] },
  { tone: "chart", points: [45, 42, 44, 41, 43, 38, 39, 35] },
] as const;

interface Props {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What comes out of a workflow that draws: three lines that rise. */
export function TrendSketch({ x, y, width, height }: Props) {
  const inner = { x: 14, y: 10, width: width - 28, height: height - 20 };
  const place = (value: number, index: number, count: number) =>
    `${inner.x + (index / (count - 1)) * inner.width},${inner.y + (value / 50) * inner.height}`;
  return (
    <g transform={`translate(${x} ${y})`} aria-hidden>
      <rect width={width} height={height} rx={9} className={classes.box} />
      {[0, 1, 2].map((line) => (
        <line
          key={line}
          x1={inner.x}
          x2={inner.x + inner.width}
          y1={inner.y + (line / 2) * inner.height}
          y2={inner.y + (line / 2) * inner.height}
          className={classes.rule}
        />
      ))}
      {SERIES.map(({ tone, points }) => (
        <polyline
          key={tone}
          data-tone={tone}
          className={classes.series}
          points={points.map((value, index) => place(value, index, points.length)).join(" ")}
        />
      ))}
    </g>
  );
}
