import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applyRecords, openRun } from "@/graph/run";
import type { StepStatus } from "@/graph/runTypes";
import type { Graph, Record as RunRecord } from "@/wire/generated";
import { iterationOf, type RowFilter, visibleRows } from "./rows";

function viewOf(name: string) {
  const path = join(import.meta.dirname, "../../../../tests/histories", `${name}.json`);
  const { graph, records } = JSON.parse(readFileSync(path, "utf8")) as { graph: Graph; records: RunRecord[] };
  const view = openRun(graph);
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
