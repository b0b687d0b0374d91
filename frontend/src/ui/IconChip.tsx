import type { TablerIcon } from "@tabler/icons-react";
import classes from "./IconChip.module.css";

export type Tint = "flow" | "data" | "chart" | "reasoning" | "people" | "network" | "events";

const CATEGORY_TINTS: Readonly<Record<string, Tint>> = {
  data: "data",
  files: "data",
  charts: "chart",
  chart: "chart",
  visual: "chart",
  visualisation: "chart",
  reasoning: "reasoning",
  llm: "reasoning",
  ai: "reasoning",
  people: "people",
  network: "network",
  web: "network",
  http: "network",
  text: "reasoning",
  events: "events",
};

/** The tint of an agent's category. */
export function tintOf(category: string): Tint {
  return CATEGORY_TINTS[category] ?? "data";
}

/** A small tinted square with an icon: what kind of thing this is. */
export function IconChip({ icon: Icon, tint, size = 32 }: { icon: TablerIcon; tint: Tint; size?: number }) {
  return (
    <span
      className={classes.chip}
      data-tint={tint}
      style={{ width: size, height: size, borderRadius: Math.round(size / 4) }}
    >
      <Icon size={Math.round(size * 0.58)} stroke={1.7} aria-hidden />
    </span>
  );
}
