/**
 * The waterfall's tree as a flat list of rows: steps; under a map or loop its iterations with their steps; under another
 * workflow or a plan its steps; and at the end, what was undone.
 */

import { isTerminal } from "@/graph/run";
import { childKey, iterationKey, parseIteration } from "@/graph/runKeys";
import { isHandler, nodeFor, nodesIn } from "@/graph/runScopes";
import type { GraphNode } from "@/graph/runStructure";
import { hasEnded } from "@/graph/runTally";
import type { ClosedIteration, RunView, StepStatus, StepView } from "@/graph/runTypes";

export interface Row {
  /** A step's key (`each[3]/parse`), an iteration's (`each[3]`), or `UNDOING`. */
  readonly id: string;
  readonly kind: "step" | "iteration" | "undoing";
  readonly depth: number;
  /** Null for the head of what is undone. */
  readonly node: GraphNode | null;
  /** Of a step that undoes another: that one's key. */
  readonly undoes?: string;
  /** Of an iteration: which one it is, from 0. */
  readonly index: number;
  readonly expandable: boolean;
}

/** The row above the steps that undo others; no step can be called so. */
export const UNDOING = "~undoing";

export interface RowFilter {
  readonly statuses: ReadonlySet<StepStatus>;
  readonly text: string;
}

export const NO_FILTER: RowFilter = { statuses: new Set(), text: "" };

export function isFiltering(filter: RowFilter): boolean {
  return filter.statuses.size > 0 || filter.text.trim() !== "";
}

/** The rows to show. A filter opens what it must to show every match, and hides the rest. */
export function visibleRows(
  view: RunView,
  expanded: ReadonlySet<string>,
  filter: RowFilter = NO_FILTER,
): Row[] {
  const rows: Row[] = [];
  const matches = isFiltering(filter) ? matcher(view, filter) : null;
  const walk = { view, expanded, matches, rows };
  addScope(walk, "", 0);
  addUndoing(walk);
  return rows;
}

interface Walk {
  readonly view: RunView;
  readonly expanded: ReadonlySet<string>;
  readonly matches: ((row: Row) => boolean) | null;
  readonly rows: Row[];
}

function addScope(walk: Walk, scope: string, depth: number): boolean {
  let found = false;
  for (const id of nodesIn(walk.view, scope)) {
    const key = childKey(scope, id);
    const node = nodeFor(walk.view, key);
    if (node && isShown(walk.view, key, node, scope) && addStep(walk, key, node, depth)) found = true;
  }
  return found;
}

/** Steps that undo others stand at the end; the start of an inner graph says no more than the step it stands in. */
function isShown(view: RunView, key: string, node: GraphNode, scope: string): boolean {
  return !isHandler(view, key) && (scope === "" || node.kind !== "start");
}

function addUndoing(walk: Walk): void {
  const { compensation } = walk.view;
  if (!compensation || compensation.undo.length === 0) return;
  const row: Row = { id: UNDOING, kind: "undoing", depth: 0, node: null, index: 0, expandable: true };
  addRow(walk, row, () => {
    let found = false;
    for (const { step, handler } of compensation.undo) {
      const node = nodeFor(walk.view, handler);
      if (node && addStep(walk, handler, node, 1, step)) found = true;
    }
    return found;
  });
}

function addStep(walk: Walk, key: string, node: GraphNode, depth: number, undoes?: string): boolean {
  const step = walk.view.steps.get(key);
  const count = step?.iterations ?? 0;
  const entered = walk.view.inner.has(key);
  const base = { id: key, kind: "step", depth, node, index: 0, expandable: count > 0 || entered } as const;
  const row: Row = undoes === undefined ? base : { ...base, undoes };
  return addRow(walk, row, () => {
    let found = entered && addScope(walk, key, depth + 1);
    for (let index = 0; index < count; index++) {
      if (addIteration(walk, iterationKey(key, index), node, index, depth + 1)) found = true;
    }
    return found;
  });
}

function addIteration(walk: Walk, id: string, node: GraphNode, index: number, depth: number): boolean {
  const expandable = !closedOf(walk.view, id);
  const row: Row = { id, kind: "iteration", depth, node, index, expandable };
  return addRow(walk, row, () => addScope(walk, id, depth + 1));
}

/** Adds a row and what is under it; with a filter only when one of them matches. */
function addRow(walk: Walk, row: Row, addChildren: () => boolean): boolean {
  if (!walk.matches) {
    walk.rows.push(row);
    if (row.expandable && walk.expanded.has(row.id)) addChildren();
    return true;
  }
  const at = walk.rows.length;
  walk.rows.push(row);
  const found = (row.expandable && addChildren()) || (row.kind === "step" && walk.matches(row));
  if (!found) walk.rows.length = at;
  return found;
}

function matcher(view: RunView, { statuses, text }: RowFilter): (row: Row) => boolean {
  const words = text.trim().toLowerCase();
  return (row) => {
    const step = view.steps.get(row.id);
    if (statuses.size > 0 && !statuses.has(stepStatus(view, step))) return false;
    return words === "" || searchText(row, step).includes(words);
  };
}

function searchText(row: Row, step: StepView | undefined): string {
  const agent = row.node && "agent" in row.node ? (row.node.agent ?? "") : "";
  const error = step?.error ? `${step.error.code} ${step.error.message}` : "";
  const hosts = step?.attempts.map((attempt) => attempt.host).join(" ") ?? "";
  return `${row.id} ${row.node?.title ?? ""} ${agent} ${error} ${hosts} ${step?.message ?? ""}`.toLowerCase();
}

/** A step no event has named yet is to come, or, when the run is over, never came to be. */
export function stepStatus(view: RunView, step: StepView | undefined): StepStatus {
  if (step) return step.status;
  if (!isTerminal(view.status)) return "pending";
  return view.status === "continued" ? "continued" : "skipped";
}

/** What a compact log keeps of an iteration, where that is all. */
export function closedOf(view: RunView, iteration: string): ClosedIteration | undefined {
  const place = parseIteration(iteration);
  const closed = place && view.steps.get(place.container)?.closed;
  if (!closed) return undefined;
  const own = closed.get(place.index);
  if (own || nodeFor(view, place.container)?.kind !== "loop") return own;
  // of a loop, only the newest of the closed iterations is kept
  const newest = Math.max(...closed.keys());
  const at = closed.get(newest)?.at ?? 0;
  return place.index < newest ? { output: undefined, error: null, at } : undefined;
}

export interface IterationView {
  readonly status: StepStatus;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

const LOUDEST: readonly StepStatus[] = [
  "running",
  "retrying",
  "queued",
  "waiting",
  "failed",
  "cancelled",
  "continued",
];

/** An iteration as the sum of its steps. */
export function iterationOf(view: RunView, row: Row): IterationView {
  const closed = closedOf(view, row.id);
  if (closed)
    return { status: closed.error ? "failed" : "completed", startedAt: closed.at, endedAt: closed.at };
  const steps = nodesIn(view, row.id).map((id) => view.steps.get(childKey(row.id, id)));
  const known = steps.filter((step) => step !== undefined);
  const statuses = steps.map((step) => stepStatus(view, step));
  const loud = LOUDEST.find((status) => statuses.includes(status));
  const ended = statuses.every(hasEnded);
  const quiet = statuses.includes("completed")
    ? ended
      ? "completed"
      : "running"
    : ended
      ? "skipped"
      : "pending";
  const ends = known.flatMap((step) => (step.endedAt === null ? [] : [step.endedAt]));
  const starts = known.flatMap((step) => step.readyAt ?? step.startedAt ?? []);
  return {
    status: loud ?? quiet,
    startedAt: starts.length > 0 ? Math.min(...starts) : null,
    endedAt: ended && ends.length > 0 ? Math.max(...ends) : null,
  };
}
