/** Plotly as the page wears it: loaded when a chart is to be shown, coloured by the tokens. */
import type { Config, Layout } from "plotly.js";
import { cspNonce } from "@/ui/nonce";

const STYLE_ID = "plotly.js-style-global";

export type PlotlyModule = typeof import("plotly.js");

export interface Figure {
  data: Plotly.Data[];
  layout: Partial<Layout>;
}

export async function loadPlotly(): Promise<PlotlyModule> {
  provideStyleElement();
  const loaded = (await import("plotly.js-strict-dist-min")) as { default?: PlotlyModule } & PlotlyModule;
  return loaded.default ?? loaded;
}

/** Plotly writes its few rules into this element when it is there; one of its own making the CSP would refuse. */
function provideStyleElement(): void {
  if (document.getElementById(STYLE_ID)) return;
  const style = document.createElement("style");
  style.id = STYLE_ID;
  style.nonce = cspNonce();
  style.append("");
  document.head.append(style);
}

export const CONFIG: Partial<Config> = { displaylogo: false, displayModeBar: false, responsive: false };

const SERIES = [
  "--ac-accent-line",
  "--ac-kind-data",
  "--ac-kind-chart",
  "--ac-amber",
  "--ac-violet",
  "--ac-blue",
  "--ac-green",
];

/** A token's colour as the browser computes it: Plotly does not read CSS. */
export function tokenColour(name: string, around: HTMLElement): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  around.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The colours that traces without one of their own take in turn. */
export function colourway({ colorway }: Partial<Layout>, element: HTMLElement): string[] {
  return colorway ? [...colorway] : SERIES.map((name) => tokenColour(name, element));
}

/** The figure's own layout on the page's ground: transparent, our type, quiet grid; title and legend stand beside the plot. */
export function themed(layout: Partial<Layout>, element: HTMLElement): Partial<Layout> {
  const colour = (name: string) => tokenColour(name, element);
  const axis = {
    gridcolor: colour("--ac-border"),
    linecolor: colour("--ac-border-strong"),
    zerolinecolor: colour("--ac-border-strong"),
    tickfont: { color: colour("--ac-text-3"), size: 12 },
    automargin: true,
  };
  const restyled = Object.entries(layout).flatMap(([name, value]): [string, unknown][] =>
    /^[xy]axis\d*$/.test(name) && typeof value === "object" ? [[name, { ...value, ...axis }]] : [],
  );
  const {
    width: _width,
    height: _height,
    template: _template,
    title: _title,
    margin: _margin,
    ...kept
  } = layout;
  return {
    ...kept,
    xaxis: { ...axis },
    yaxis: { ...axis },
    ...Object.fromEntries(restyled),
    autosize: true,
    colorway: colourway(layout, element),
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(element).fontFamily, size: 12, color: colour("--ac-text-2") },
    hoverlabel: {
      bgcolor: colour("--ac-surface-raised"),
      bordercolor: colour("--ac-border-strong"),
      font: { color: colour("--ac-text") },
    },
    margin: { l: 8, r: 16, t: 12, b: 8 },
  };
}

/** The figure as a picture of its own, with title, legend and a ground in the page's present colours. */
export function forPicture({ data, layout = {} }: Figure, element: HTMLElement): Figure {
  const { margin, legend, title } = layout;
  return {
    data,
    layout: {
      ...themed(layout, element),
      ...(title && { title }),
      ...(legend && { legend }),
      margin: { l: 64, r: 32, t: 64, b: 56, ...margin },
      paper_bgcolor: tokenColour("--ac-surface", element),
    },
  };
}
