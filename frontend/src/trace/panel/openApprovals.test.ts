import { expect, test } from "vitest";
import { openRun } from "@/graph/run";
import { newStep } from "@/graph/runSteps";
import type { StepStatus, WaitView } from "@/graph/runTypes";
import { openApprovals } from "./openApprovals";

const asks = (since: number): WaitView => ({
  kind: "approval",
  since,
  until: null,
  due: 0,
  message: "Go on?",
  approvers: [],
  groups: [],
  needed: 1,
  schema: {},
});

function view(steps: Record<string, [StepStatus, WaitView | null]>) {
  const run = openRun({ schema: "agentcluster.workflow/v1", nodes: [], edges: [] });
  run.status = "waiting";
  for (const [key, [status, wait]] of Object.entries(steps))
    run.steps.set(key, { ...newStep(key), status, wait });
  return run;
}

test("what waits for a decision is found, the longest first; decided steps and timers are not", () => {
  const timer: WaitView = { kind: "timer", since: 1, until: null, due: 9 };
  const run = view({
    late: ["waiting", asks(20)],
    early: ["waiting", asks(10)],
    decided: ["completed", asks(5)],
    pause: ["waiting", timer],
  });
  expect(openApprovals(run).map(({ key }) => key)).toEqual(["early", "late"]);
});

test("a run that has ended asks nothing", () => {
  const run = view({ ask: ["waiting", asks(10)] });
  run.status = "cancelled";
  expect(openApprovals(run)).toEqual([]);
});
