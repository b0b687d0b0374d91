/** What the page shows beside a plot: its title and which line is which. Pure. */
import type { Figure } from "./plotly";

export function figureTitle({ layout }: Figure): string {
  const title: unknown = layout?.title;
  if (typeof title === "string") return title;
  return typeof title === "object" && title !== null && "text" in title ? String(title.text ?? "") : "";
}

export interface LegendEntry {
  /** Which trace of the figure. */
  index: number;
  name: string;
  colour: string;
}

type Trace = Readonly<Record<string, unknown>>;

/** Their parts are named inside of the plot. */
const NAMED_INSIDE: ReadonlySet<unknown> = new Set(["pie", "sunburst", "treemap", "funnelarea"]);

export function namesItsParts({ data }: Figure): boolean {
  return data.some((trace) => NAMED_INSIDE.has((trace as Trace).type));
}

/** The traces to tell apart, each with the colour it is drawn in; none when there is only one. */
export function legendOf(figure: Figure, colours: readonly string[]): LegendEntry[] {
  const { data, layout } = figure;
  if (layout?.showlegend === false || namesItsParts(figure)) return [];
  const entries = data.flatMap((item, index) => {
    const trace = item as Trace;
    if (trace.showlegend === false || typeof trace.name !== "string" || trace.name === "") return [];
    const colour = colourOf(trace) ?? colours[index % colours.length] ?? "currentColor";
    return [{ index, name: trace.name, colour }];
  });
  return entries.length > 1 ? entries : [];
}

function colourOf(trace: Trace): string | undefined {
  for (const part of [trace.line, trace.marker]) {
    const colour = (part as { color?: unknown } | undefined)?.color;
    if (typeof colour === "string") return colour;
  }
  return typeof trace.fillcolor === "string" ? trace.fillcolor : undefined;
}

/** The traces with those of `off` left out of the plot. */
export function without(data: Figure["data"], off: ReadonlySet<number>): Figure["data"] {
  return data.map((trace, index) => (off.has(index) ? { ...trace, visible: false } : trace));
}
