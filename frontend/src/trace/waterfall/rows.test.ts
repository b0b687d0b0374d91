import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applyRecords, openRun } from "@/graph/run";
import type { StepStatus } from "@/graph/runTypes";
import type { Graph, Record as RunRecord } from "@/wire/generated";
import { iterationOf, type RowFilter, UNDOING, visibleRows } from "./rows";

interface History {
  graph: Graph;
  records: RunRecord[];
  subgraphs?: Record<string, Graph>;
}

function viewOf(name: string) {
  const path = join(import.meta.dirname, "../../../../tests/histories", `${name}.json`);
  const { graph, records, subgraphs } = JSON.parse(readFileSync(path, "utf8")) as History;
  const view = openRun(graph, subgraphs);
  applyRecords(view, records);
  return view;
}

const filter = (statuses: StepStatus[], text = ""): RowFilter => ({ statuses: new Set(statuses), text });
const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);

test("rows stand in the order of the flow, notes are left out", () => {
  expect(ids(visibleRows(viewOf("branch_not_taken"), new Set()))).toEqual([
    "start",
    "big",
    "detail",
    "short",
    "both",
    "sum",
    "end",
  ]);
});

test("an open map shows its iterations, an open iteration its steps", () => {
  const view = viewOf("map_collects_failures");
  const rows = visibleRows(view, new Set(["each", "each[1]"]));
  expect(rows.map(({ id, depth }) => [id, depth])).toEqual([
    ["start", 0],
    ["each", 0],
    ["each[0]", 1],
    ["each[1]", 1],
    ["each[1]/get", 2],
    ["each[1]/tidy", 2],
    ["each[2]", 1],
    ["end", 0],
  ]);
});

test("an iteration is the sum of its steps", () => {
  const view = viewOf("map_collects_failures");
  const rows = visibleRows(view, new Set(["each"])).filter(({ kind }) => kind === "iteration");
  expect(rows.map((row) => iterationOf(view, row).status)).toEqual(["completed", "failed", "completed"]);
});

test("a filter opens the way to every match and hides the rest", () => {
  const view = viewOf("map_collects_failures");
  expect(ids(visibleRows(view, new Set(), filter(["failed"])))).toEqual(["each", "each[1]", "each[1]/get"]);
  expect(ids(visibleRows(view, new Set(), filter([], "404")))).toEqual(["each", "each[1]", "each[1]/get"]);
  expect(ids(visibleRows(view, new Set(), filter(["failed"], "nothing like it")))).toEqual([]);
});

test("what undoes others stands at the end, in the order in which it is done", () => {
  const rows = visibleRows(viewOf("saga_undone"), new Set([UNDOING]));
  expect(rows.slice(-3).map(({ id, depth, undoes }) => [id, depth, undoes])).toEqual([
    [UNDOING, 0, undefined],
    ["refund", 1, "charge"],
    ["release", 1, "reserve"],
  ]);
  expect(ids(rows).filter((id) => id === "refund")).toHaveLength(1);
  expect(ids(visibleRows(viewOf("saga_undone"), new Set()))).not.toContain("refund");
});

test("undoing in iterations is led by the newest", () => {
  const rows = visibleRows(viewOf("undone_in_iterations"), new Set([UNDOING]));
  expect(ids(rows).slice(-2)).toEqual(["each[1]/unbook", "each[0]/unbook"]);
});

test("an open loop shows its rounds, an open workflow or plan its steps without their start", () => {
  expect(ids(visibleRows(viewOf("loop_completed"), new Set(["again", "again[1]"])))).toEqual([
    "start",
    "again",
    "again[0]",
    "again[1]",
    "again[1]/ask",
    "again[2]",
    "end",
  ]);
  const inner = visibleRows(viewOf("inner_workflow_completed"), new Set(["billing"]));
  expect(inner.map(({ id, depth }) => [id, depth])).toContainEqual(["billing/count", 1]);
  expect(ids(inner)).not.toContain("billing/start");
  expect(ids(visibleRows(viewOf("plan_approved_and_completed"), new Set(["plan"])))).toContain("plan/count");
});

test("iterations that a compact log left out say what they gave, and cannot be opened", () => {
  const view = viewOf("continued_from_a_compact_log");
  const rows = visibleRows(view, new Set(["each"]));
  const closed = rows.filter(({ kind, expandable }) => kind === "iteration" && !expandable);
  expect(closed.map((row) => iterationOf(view, row).status)).toEqual(["completed", "failed"]);
});
