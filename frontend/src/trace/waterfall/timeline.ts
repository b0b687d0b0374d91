/** The waterfall's time axis: which span is shown, where a moment stands, and where the ticks go. */
import type { AttemptView, StepView, WaitView } from "@/graph/runTypes";

/** Moments in ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const SHORTEST_MS = 10;
const MARGIN = 0.03;

/** The whole of a run up to now, with a little air at the right. */
export function wholeSpan(startedAt: number | null, endedAt: number | null, now: number): Span {
  const from = startedAt ?? now;
  const length = Math.max(SHORTEST_MS, (endedAt ?? now) - from);
  return { from, to: from + length * (1 + MARGIN) };
}

/** A span around `inner`, so that it stands in the middle with air on both sides. */
export function spanAround(inner: Span): Span {
  const length = Math.max(SHORTEST_MS / 2, inner.to - inner.from);
  return { from: inner.from - length * 0.15, to: inner.to + length * 0.15 };
}

/** Zoom by `factor` (under 1: closer) keeping the moment `at` where it is. */
export function zoomed(span: Span, factor: number, at: number): Span {
  const length = span.to - span.from;
  const next = Math.max(SHORTEST_MS / 5, length * factor);
  const share = (at - span.from) / length;
  const from = at - share * next;
  return { from, to: from + next };
}

export function moved(span: Span, by: number): Span {
  return { from: span.from + by, to: span.to + by };
}

/** Where a moment stands, as a share of the axis; outside it below 0 or above 1. */
export function shareAt(span: Span, at: number): number {
  return (at - span.from) / (span.to - span.from);
}

export function momentAt(span: Span, share: number): number {
  return span.from + share * (span.to - span.from);
}

export interface Tick {
  readonly share: number;
  /** Time since the run's start. */
  readonly offset: number;
}

const NICE = [1, 2, 5];
const DAY_MS = 86_400_000;
const CLOCK_MS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * 1000),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * 60_000),
  ...[1, 2, 6, 12].map((n) => n * 3_600_000),
  ...[1, 2, 7, 14, 30, 60, 120].map((n) => n * DAY_MS),
];

/** The distance of ticks: round for a clock, at least `width / count` apart. */
export function tickStep(length: number, count: number): number {
  const least = length / Math.max(1, count);
  if (least >= 500) {
    const found = CLOCK_MS.find((step) => step >= least);
    if (found) return found;
  }
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(least, 0.001)));
  return (NICE.find((nice) => nice * magnitude >= least) ?? 10) * magnitude;
}

/** Ticks at round times since `origin`, about one for each 110 px. */
export function ticks(span: Span, origin: number, width: number): Tick[] {
  const step = tickStep(span.to - span.from, Math.max(2, Math.floor(width / 110)));
  const made: Tick[] = [];
  for (let index = Math.ceil((span.from - origin) / step); ; index++) {
    const share = shareAt(span, origin + index * step);
    if (share > 1 || made.length > 200) return made;
    made.push({ share, offset: index * step });
  }
}

/** A tick's time since the start, no finer than the ticks are apart. */
export function tickLabel(offset: number, step: number): string {
  if (offset === 0) return "0";
  const sign = offset < 0 ? "−" : "";
  const ms = Math.abs(offset);
  if (step < 1000 && ms < 1000) return `${sign}${Number(ms.toFixed(1))} ms`;
  if (ms < 60_000) return `${sign}${(ms / 1000).toFixed(decimals(step))} s`;
  if (ms < 3_600_000) {
    const seconds = ((ms % 60_000) / 1000).toFixed(decimals(step));
    return `${sign}${Math.floor(ms / 60_000)}:${seconds.padStart(seconds.includes(".") ? 3 + decimals(step) : 2, "0")}`;
  }
  if (step >= DAY_MS) return `${sign}${Math.round(ms / DAY_MS)} d`;
  return `${sign}${Math.floor(ms / 3_600_000)}:${String(Math.floor(ms / 60_000) % 60).padStart(2, "0")} h`;
}

function decimals(step: number): number {
  return step >= 1000 ? 0 : step >= 100 ? 1 : step >= 10 ? 2 : 3;
}

export type SegmentKind = "queue" | "work" | "pause" | "wait" | "moment";

/** A piece of a step's bar. `pause` is the time between two attempts, `wait` that for a moment, people or a signal, `moment` a step that took no time. */
export interface Segment extends Span {
  readonly kind: SegmentKind;
  readonly attempt: number;
  readonly outcome: AttemptView["outcome"];
}

/** The pieces of a step's bar, in time; what is still going on ends `now`. */
export function segmentsOf(step: StepView, now: number): Segment[] {
  if (step.attempts.length === 0) return step.wait ? waited(step, step.wait, now) : unattempted(step, now);
  const made: Segment[] = [];
  for (const [index, attempt] of step.attempts.entries()) {
    const end = Math.max(attempt.startedAt, attempt.endedAt ?? now);
    const work = Math.min(end, attempt.startedAt + attempt.queuedMs);
    const { number, outcome } = attempt;
    const ready = index === 0 ? Math.min(attempt.readyAt, attempt.startedAt) : attempt.startedAt;
    if (work > ready) made.push({ kind: "queue", from: ready, to: work, attempt: number, outcome });
    made.push({ kind: "work", from: work, to: end, attempt: number, outcome });
    const next = step.attempts[index + 1];
    const until = next?.startedAt ?? (step.status === "retrying" ? now : (step.endedAt ?? end));
    if (until > end && !(step.plan && !next))
      made.push({ kind: "pause", from: end, to: until, attempt: number, outcome });
  }
  return step.plan ? [...made, ...planned(step, now)] : made;
}

/** After a plan was made: a person looks at it, then its own steps run. */
function planned(step: StepView, now: number): Segment[] {
  const from = step.wait?.until ?? step.attempts.at(-1)?.endedAt ?? now;
  const waits = step.wait ? waited(step, step.wait, now) : [];
  const to = Math.max(from, step.endedAt ?? now);
  const outcome = step.status === "failed" ? "failed" : step.endedAt === null ? "running" : "completed";
  return step.entered ? [...waits, { kind: "work", attempt: 0, outcome, from, to }] : waits;
}

function waited(step: StepView, wait: WaitView, now: number): Segment[] {
  const to = Math.max(wait.since, wait.until ?? now);
  const base = { attempt: 0, outcome: step.status === "failed" ? "failed" : "completed" } as const;
  return [{ ...base, kind: "wait", from: wait.since, to }];
}

/** Steps the engine does itself, maps, and steps that wait for a place. */
function unattempted(step: StepView, now: number): Segment[] {
  const base = { attempt: 0, outcome: step.status === "failed" ? "failed" : "completed" } as const;
  if (step.startedAt !== null && step.status !== "skipped") {
    const end = step.endedAt ?? now;
    const kind = end > step.startedAt ? "work" : "moment";
    return [{ ...base, kind, from: step.startedAt, to: end }];
  }
  if (step.readyAt === null || step.status === "pending" || step.status === "skipped") return [];
  return [{ ...base, kind: "queue", from: step.readyAt, to: step.endedAt ?? now }];
}
