import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Graph, Record as RunRecord } from "@/wire/generated";
import { applyRecords, openRun } from "./run";

interface History {
  graph: Graph;
  subgraphs?: Record<string, Graph>;
  records: RunRecord[];
  expected: { status: string; steps: Record<string, string> };
}

/** The engine's words for how a step stands, where the page has others. */
const SHOWN: Readonly<Record<string, string>> = {
  waiting: "pending",
  ready: "pending",
  suspended: "waiting",
};

const folder = join(import.meta.dirname, "../../../tests/histories");

function history(name: string): History {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as History;
}

function folded(name: string) {
  const { graph, subgraphs, records } = history(name);
  const view = openRun(graph, subgraphs);
  applyRecords(view, records);
  return view;
}

const names = readdirSync(folder).flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -5)] : []));

describe.each(names)("history %s", (name) => {
  const { graph, subgraphs, records, expected: recorded } = history(name);
  const steps = Object.entries(recorded.steps).map(([key, status]) => [key, SHOWN[status] ?? status]);
  const expected = { ...recorded, steps: Object.fromEntries(steps) as Record<string, string> };

  function statuses(batch: number) {
    const view = openRun(graph, subgraphs);
    for (let from = 0; from < records.length; from += batch)
      applyRecords(view, records.slice(from, from + batch));
    const steps = Object.fromEntries([...view.steps.values()].map((step) => [step.key, step.status]));
    return { status: view.status, steps, overlay: [...view.overlay] };
  }

  test("ends in the recorded statuses", () => {
    const { status, steps } = statuses(records.length);
    expect({ status, steps }).toMatchObject(expected);
    const untold = Object.entries(steps).filter(([key]) => !(key in expected.steps));
    for (const [key, shown] of untold)
      if (!key.endsWith("/start")) expect(["pending", "skipped", "continued"], key).toContain(shown);
  });

  test("is the same however the records arrive", () => {
    expect(statuses(1)).toEqual(statuses(records.length));
  });

  test("ignores what it has seen", () => {
    const view = openRun(graph, subgraphs);
    applyRecords(view, records);
    const before = new Map(view.steps);
    expect(applyRecords(view, records)).toBe(false);
    expect(view.steps).toEqual(before);
  });
});

test("attempts keep their host, error and the time of the next one", () => {
  const step = folded("retried_then_completed").steps.get("fetch");
  expect(step?.attempts.map(({ number, host, outcome }) => [number, host, outcome])).toEqual([
    [1, "node-a", "failed"],
    [2, "node-b", "failed"],
    [3, "node-a", "completed"],
  ]);
  const first = step?.attempts[0];
  expect(first?.error?.code).toBe("http_status");
  expect((first?.retryAt ?? 0) - (first?.endedAt ?? 0)).toBe(455);
  expect(step?.error).toBeNull();
});

test("a waiting step says why", () => {
  const step = folded("nested_map_running").steps.get("outer[1]/inner[0]/leaf");
  expect(step).toMatchObject({ status: "queued", message: "All 4 places of text are taken." });
});

test("a node in a map shows all its executions together", () => {
  const { overlay } = folded("map_collects_failures");
  expect(overlay.get("get")).toMatchObject({
    status: "failed",
    total: 3,
    done: 3,
    counts: { completed: 2, failed: 1 },
  });
  const running = folded("nested_map_running").overlay.get("leaf");
  expect(running).toMatchObject({ status: "running", total: 3, done: 1 });
});

test("a step that went on after its failure leads out the way it was told to", () => {
  const { overlay } = folded("went_on_after_failure");
  expect(overlay.get("risky")).toMatchObject({ status: "failed", ports: ["out"] });
  expect(overlay.get("branchy")).toMatchObject({ status: "failed", ports: ["error"] });
});

test("steps the end of a run left over do not count as done", () => {
  expect(folded("failed_after_takeover").stepsDone).toBe(2);
  expect(folded("sales_completed").stepsDone).toBe(5);
});

test("steps that an event does not concern stay the same objects", () => {
  const { graph, records } = history("sales_completed");
  const view = openRun(graph);
  applyRecords(view, records.slice(0, 3));
  const read = view.steps.get("read");
  const overlay = view.overlay.get("read");
  applyRecords(view, records.slice(3));
  expect(view.steps.get("read")).toBe(read);
  expect(view.overlay.get("read")).toBe(overlay);
});

test("twenty thousand events of ten thousand iterations fold in small batches", () => {
  const { graph, records } = history("map_collects_failures");
  const template = records[2] as RunRecord;
  const many: RunRecord[] = [
    records[0] as RunRecord,
    { ...template, seq: 2, event: { type: "map_started", step: "each", count: 10_000 } },
  ];
  for (let index = 0; index < 10_000; index++) {
    const step = `each[${index}]/get`;
    const started = { ...template.event, step, call_id: step } as RunRecord["event"];
    many.push({ ...template, seq: many.length + 1, event: started });
    many.push({ ...template, seq: many.length + 1, event: { type: "step_completed", step } });
  }
  const view = openRun(graph);
  for (let from = 0; from < many.length; from += 100) applyRecords(view, many.slice(from, from + 100));
  expect(view.overlay.get("get")).toMatchObject({ done: 10_000, total: 10_000, status: "completed" });
});
