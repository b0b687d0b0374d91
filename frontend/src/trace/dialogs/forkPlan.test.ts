import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applyRecords, openRun } from "@/graph/run";
import type { Graph, Record as RunRecord } from "@/wire/generated";
import { before, changed, editable, forkPlan, forkPoints } from "./forkPlan";

function viewOf(name: string) {
  const path = join(import.meta.dirname, "../../../../tests/histories", `${name}.json`);
  const { graph, records } = JSON.parse(readFileSync(path, "utf8")) as { graph: Graph; records: RunRecord[] };
  const view = openRun(graph);
  applyRecords(view, records);
  return view;
}

const keys = (steps: readonly { key: string }[]) => steps.map(({ key }) => key);

test("forking at the step that failed keeps what was done and runs it again", () => {
  const view = viewOf("saga_undone");
  expect(keys(forkPoints(view))).toEqual(["reserve", "charge", "ship"]);
  const failed = view.steps.get("ship");
  const plan = forkPlan(view, failed ? before(failed) : 0);
  expect(keys(plan.kept)).toEqual(["reserve", "charge"]);
  expect(keys(plan.again)).toEqual(["ship"]);
  expect(keys(editable(view, plan))).toEqual(["reserve", "charge"]);
});

test("forking at the first step keeps nothing", () => {
  const view = viewOf("saga_undone");
  const [first] = forkPoints(view);
  expect(first && forkPlan(view, before(first)).kept).toEqual([]);
});

test("only the inputs that differ are sent", () => {
  expect(changed({ a: 1, b: [1] }, { a: 2, b: [1], c: null })).toEqual({ a: 2, c: null });
});
