/** The waterfall's tree as a flat list of rows: steps, and under a map its iterations with their steps. */

import { isTerminal } from "@/graph/run";
import { childKey, iterationKey } from "@/graph/runKeys";
import type { GraphNode } from "@/graph/runStructure";
import { hasEnded } from "@/graph/runTally";
import type { RunView, StepStatus, StepView } from "@/graph/runTypes";

export interface Row {
  /** A step's key (`each[3]/parse`) or an iteration's (`each[3]`). */
  readonly id: string;
  readonly kind: "step" | "iteration";
  readonly depth: number;
  readonly node: GraphNode;
  /** Of an iteration: which one it is, from 0. */
  readonly index: number;
  readonly expandable: boolean;
}

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
  addScope({ view, expanded, matches, rows }, "", "", 0);
  return rows;
}

interface Walk {
  readonly view: RunView;
  readonly expanded: ReadonlySet<string>;
  readonly matches: ((row: Row) => boolean) | null;
  readonly rows: Row[];
}

function addScope(walk: Walk, scope: string, container: string, depth: number): boolean {
  let found = false;
  for (const id of walk.view.structure.inside.get(container) ?? []) {
    const node = walk.view.structure.nodes.get(id);
    if (node && addStep(walk, childKey(scope, id), node, depth)) found = true;
  }
  return found;
}

function addStep(walk: Walk, key: string, node: GraphNode, depth: number): boolean {
  const count = walk.view.steps.get(key)?.iterations ?? 0;
  const row: Row = { id: key, kind: "step", depth, node, index: 0, expandable: count > 0 };
  return addRow(walk, row, () => {
    let found = false;
    for (let index = 0; index < count; index++) {
      if (addIteration(walk, iterationKey(key, index), node, index, depth + 1)) found = true;
    }
    return found;
  });
}

function addIteration(walk: Walk, id: string, node: GraphNode, index: number, depth: number): boolean {
  const row: Row = { id, kind: "iteration", depth, node, index, expandable: true };
  return addRow(walk, row, () => addScope(walk, id, node.id, depth + 1));
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
  const agent = "agent" in row.node ? (row.node.agent ?? "") : "";
  const error = step?.error ? `${step.error.code} ${step.error.message}` : "";
  const hosts = step?.attempts.map((attempt) => attempt.host).join(" ") ?? "";
  return `${row.id} ${row.node.title ?? ""} ${agent} ${error} ${hosts} ${step?.message ?? ""}`.toLowerCase();
}

/** A step no event has named yet waits, or, when the run is over, never came to be. */
export function stepStatus(view: RunView, step: StepView | undefined): StepStatus {
  return step?.status ?? (isTerminal(view.status) ? "skipped" : "waiting");
}

export interface IterationView {
  readonly status: StepStatus;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

const LOUDEST: readonly StepStatus[] = ["running", "retrying", "queued", "failed", "cancelled"];

/** An iteration as the sum of its steps. */
export function iterationOf(view: RunView, row: Row): IterationView {
  const steps = (view.structure.inside.get(row.node.id) ?? []).map((id) =>
    view.steps.get(childKey(row.id, id)),
  );
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
      : "waiting";
  const ends = known.flatMap((step) => (step.endedAt === null ? [] : [step.endedAt]));
  const starts = known.flatMap((step) => step.readyAt ?? step.startedAt ?? []);
  return {
    status: loud ?? quiet,
    startedAt: starts.length > 0 ? Math.min(...starts) : null,
    endedAt: ended && ends.length > 0 ? Math.max(...ends) : null,
  };
}
