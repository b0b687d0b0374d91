import classes from "./Sparkline.module.css";
import { linePath, type Point } from "./sparkPath";

interface Props {
  points: readonly Point[];
  /** The span of time shown, up to `to`. */
  from: number;
  to: number;
  /** What fills the height. */
  most: number;
  label: string;
}

const WIDTH = 240;
const HEIGHT = 44;

/** A line over the last minutes, without axes: the figure stands beside it. */
export function Sparkline({ points, from, to, most, label }: Props) {
  const { line, area } = linePath(points, { from, to, most, width: WIDTH, height: HEIGHT });
  return (
    <svg
      className={classes.spark}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={area} className={classes.area} />
      <path d={line} className={classes.line} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
