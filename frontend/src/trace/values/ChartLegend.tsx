import { useTranslation } from "react-i18next";
import classes from "./ChartView.module.css";
import type { LegendEntry } from "./figure";

interface Props {
  entries: readonly LegendEntry[];
  off: ReadonlySet<number>;
  onToggle(index: number): void;
}

/** Which line is which; a click leaves one out or brings it back. */
export function ChartLegend({ entries, off, onToggle }: Props) {
  const { t } = useTranslation("trace");
  if (entries.length === 0) return null;
  return (
    <ul className={classes.legend} aria-label={t("chart.legend")}>
      {entries.map(({ index, name, colour }) => (
        <li key={index}>
          <button
            type="button"
            className={classes.entry}
            aria-pressed={!off.has(index)}
            onClick={() => onToggle(index)}
          >
            <span className={classes.swatch} style={{ background: colour }} />
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
