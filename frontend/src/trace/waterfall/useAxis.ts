import { useState } from "react";
import { isTerminal, type RunView } from "@/graph/run";
import { moved, type Span, spanAround, wholeSpan, zoomed } from "./timeline";

export interface Axis {
  readonly span: Span;
  /** The run's start: what ticks count from. */
  readonly origin: number;
  /** Whether the whole run is shown, moving on with it. */
  readonly following: boolean;
  fit(): void;
  show(span: Span): void;
  zoomBy(factor: number, at?: number): void;
  panBy(ms: number): void;
}

/** Which part of the run's time is shown: all of it, following while it goes on, or what was zoomed to. */
export function useAxis(view: RunView, now: number): Axis {
  const [zoom, setZoom] = useState<Span | null>(null);
  const whole = wholeSpan(view.startedAt, isTerminal(view.status) ? view.endedAt : null, now);
  const span = zoom ?? whole;
  const show = (next: Span) => setZoom(covers(next, whole) ? null : next);
  return {
    span,
    origin: view.startedAt ?? span.from,
    following: zoom === null,
    fit: () => setZoom(null),
    show: (inner) => setZoom(spanAround(inner)),
    zoomBy: (factor, at = (span.from + span.to) / 2) => show(zoomed(span, factor, at)),
    panBy: (ms) => {
      if (zoom) setZoom(moved(zoom, ms));
    },
  };
}

function covers(a: Span, b: Span): boolean {
  return a.from <= b.from && a.to >= b.to;
}
