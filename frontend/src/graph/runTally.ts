import { placeOf } from "./runKeys";
import { nodeFor } from "./runScopes";
import type { NodeOverlay, NodeTally, RunView, StepStatus, StepView } from "./runTypes";

const ENDED: ReadonlySet<StepStatus> = new Set([
  "completed",
  "failed",
  "skipped",
  "cancelled",
  "compensated",
  "continued",
]);

/** The first of these that any execution has is the node's status; ended ones count only when all have ended. */
const LIVE_FIRST: readonly StepStatus[] = ["running", "retrying", "queued", "waiting"];
const ENDED_FIRST: readonly StepStatus[] = [
  "failed",
  "cancelled",
  "continued",
  "compensated",
  "completed",
  "skipped",
];

export function hasEnded(status: StepStatus): boolean {
  return ENDED.has(status);
}

export function newTally(expected: number): NodeTally {
  return {
    counts: new Map(),
    ports: new Set(),
    expected,
    closed: 0,
    attempt: 0,
    startedAt: null,
    endedAt: null,
    message: "",
  };
}

/** Puts a step's new state in the place of its old one. */
export function storeStep(view: RunView, next: StepView): void {
  const previous = view.steps.get(next.key);
  view.steps.set(next.key, next);
  if (previous) countLive(view, previous, -1);
  countLive(view, next, 1);
  const place = placeOf(next.key);
  const tally = tallyOf(view, place);
  if (previous) count(tally, previous.status, -1);
  count(tally, next.status, 1);
  if (next.status === "completed") tally.ports.add(next.port);
  if (next.status === "compensated") tally.ports.add("compensate");
  if (next.status === "failed") tally.ports.add(portAfterFailure(view, next.key));
  tally.attempt = Math.max(tally.attempt, next.attempts.at(-1)?.number ?? 0);
  tally.startedAt = least(tally.startedAt, next.startedAt);
  tally.endedAt = greatest(tally.endedAt, next.endedAt);
  tally.message = next.message || next.error?.message || "";
  view.touched.add(place);
}

/** A step that only holds others is not counted: they are. */
function countLive({ live }: RunView, { status, attempts }: StepView, by: number): void {
  if (status === "queued" || status === "waiting") live[status] += by;
  else if (attempts.at(-1)?.outcome === "running") live.running += by;
}

function portAfterFailure(view: RunView, key: string): string {
  const node = nodeFor(view, key);
  return node && "on_error" in node && node.on_error?.action === "continue" ? "out" : "error";
}

export function expectMore(view: RunView, place: string, executions: number): void {
  tallyOf(view, place).expected += executions;
  view.touched.add(place);
}

/** An execution is over, and nothing else is known of it; `expected`: it was counted among those to come. */
export function closeOne(view: RunView, place: string, expected: boolean): void {
  tallyOf(view, place).closed += 1;
  expectMore(view, place, expected ? -1 : 0);
}

/** The overlay of all nodes, with new objects only for those that changed. */
export function refreshOverlay(view: RunView): void {
  if (view.touched.size === 0) return;
  const overlay = new Map(view.overlay);
  for (const place of view.touched) overlay.set(place, overlayOf(tallyOf(view, place)));
  view.touched.clear();
  view.overlay = overlay;
}

function overlayOf(tally: NodeTally): NodeOverlay {
  const known = sum(tally.counts.values());
  const total = Math.max(tally.expected, known);
  const done = sum([...ENDED].map((status) => tally.counts.get(status) ?? 0));
  return {
    status: statusOf(tally, done, total),
    counts: Object.fromEntries(tally.counts),
    total,
    done,
    attempt: tally.attempt,
    startedAt: tally.startedAt,
    endedAt: done >= total ? tally.endedAt : null,
    message: tally.message,
    ports: [...tally.ports],
  };
}

function statusOf(tally: NodeTally, done: number, total: number): StepStatus {
  const live = LIVE_FIRST.find((status) => tally.counts.get(status));
  if (live) return live;
  if (total === 0 && tally.closed > 0) return "completed";
  if (done < total || total === 0) return done > 0 ? "running" : "pending";
  return ENDED_FIRST.find((status) => tally.counts.get(status)) ?? "pending";
}

function tallyOf(view: RunView, place: string): NodeTally {
  const found = view.tallies.get(place);
  if (found) return found;
  const made = newTally(0);
  view.tallies.set(place, made);
  return made;
}

function count(tally: NodeTally, status: StepStatus, by: number): void {
  const left = (tally.counts.get(status) ?? 0) + by;
  if (left > 0) tally.counts.set(status, left);
  else tally.counts.delete(status);
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function greatest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
