import { describe, expect, test } from "vitest";
import type { Graph, Record as RunRecord } from "@/wire/generated";
import { applyRecords, openRun, type RunView } from "./run";
import { nodeFor } from "./runScopes";
import { approvalsLeft } from "./runWaits";

type Event = RunRecord["event"];

const STARTED: Event = {
  type: "run_started",
  run_id: "r",
  workflow_id: "w",
  version_id: "v",
  input: { n: 1 },
};

function fold(graph: Graph, events: Event[], subgraphs: Record<string, Graph> = {}): RunView {
  const view = openRun(graph, subgraphs);
  const records = [STARTED, ...events].map((event, index) => ({
    seq: index + 1,
    at: 1000 + index * 10,
    epoch: 1,
    prev: "",
    event,
  }));
  applyRecords(view, records);
  const again = openRun(graph, subgraphs);
  for (const record of records) applyRecords(again, [record]);
  expect(again.status).toBe(view.status);
  expect(again.steps).toEqual(view.steps);
  expect(again.overlay).toEqual(view.overlay);
  return view;
}

const call = (step: string): Event => ({
  type: "step_started",
  step,
  attempt: 1,
  call_id: `r/${step}/1`,
  agent: "text",
  version: "1.0.0",
  instance: "text-a",
  host: "a",
});
const done = (step: string, output: unknown = null): Event => ({ type: "step_completed", step, output });
const error = { code: "agent_error", message: "No." };
const statuses = (view: RunView) =>
  Object.fromEntries([...view.steps].map(([key, step]) => [key, step.status]));

const LINE: Graph = {
  nodes: [
    { kind: "start", id: "start" },
    { kind: "agent", id: "charge", agent: "text" },
    { kind: "approval", id: "ask", needed: 2 },
    { kind: "agent", id: "ship", agent: "text" },
    { kind: "agent", id: "refund", agent: "text" },
    { kind: "end", id: "end" },
  ],
  edges: [
    { source: "start", target: "charge" },
    { source: "charge", target: "ask" },
    { source: "ask", target: "ship", port: "approved" },
    { source: "ship", target: "end" },
    { source: "charge", target: "refund", port: "compensate" },
  ],
};

describe("waiting", () => {
  const ask: Event = {
    type: "approval_requested",
    step: "ask",
    approvers: ["ana"],
    groups: ["ops"],
    needed: 2,
  };
  const yes: Event = { type: "approval_given", step: "ask", approved: true, by: "ana", comment: "Fine." };

  test("a run in which only people are awaited waits", () => {
    const view = fold(LINE, [call("charge"), done("charge"), ask, yes]);
    expect(view.status).toBe("waiting");
    const step = view.steps.get("ask");
    expect(step).toMatchObject({ status: "waiting", wait: { kind: "approval", needed: 2, until: null } });
    expect(step && approvalsLeft(step)).toBe(1);
    expect(view.markers).toMatchObject([{ kind: "approved", by: "ana", text: "Fine.", about: "ask" }]);
  });

  test("a step that was decided waits no more", () => {
    const view = fold(LINE, [ask, yes, yes, { type: "step_completed", step: "ask", port: "approved" }]);
    expect(view.steps.get("ask")).toMatchObject({ status: "completed", wait: { since: 1010, until: 1040 } });
    expect(view.status).toBe("running");
    expect(view.overlay.get("ask")?.ports).toEqual(["approved"]);
  });

  test("timers and signals say until when, and what for", () => {
    const view = fold(LINE, [
      { type: "timer_started", step: "charge", due: 9000 },
      { type: "signal_awaited", step: "ask", name: "payment.received", key: "42", due: 7000 },
    ]);
    expect(view.steps.get("charge")?.wait).toMatchObject({ kind: "timer", due: 9000 });
    expect(view.steps.get("ask")?.wait).toMatchObject({
      kind: "signal",
      name: "payment.received",
      key: "42",
    });
    expect(view.status).toBe("waiting");
  });
});

describe("control", () => {
  test("a pause lasts until it is lifted, and the run's end lifts it, too", () => {
    const paused: Event = { type: "run_paused", by: "ana", reason: "Checking" };
    const view = fold(LINE, [call("charge"), paused, done("charge")]);
    expect(view.status).toBe("paused");
    expect(view.pauses).toEqual([{ from: 1020, to: null, by: "ana", reason: "Checking" }]);
    const resumed = fold(LINE, [call("charge"), paused, paused, { type: "run_resumed", by: "bo" }]);
    expect(resumed.status).toBe("running");
    expect(resumed.pauses).toHaveLength(1);
    const ended = fold(LINE, [paused, { type: "run_terminated", by: "ana", reason: "Wrong input" }]);
    expect(ended.pauses[0]?.to).toBe(1020);
    expect(ended).toMatchObject({ status: "terminated", cancelledBy: "ana", cancelReason: "Wrong input" });
  });

  test("a queued run begins when its turn comes", () => {
    const queued: Event = { type: "run_queued", key: "eu", limit: 2 };
    expect(fold(LINE, [queued]).status).toBe("queued");
    expect(fold(LINE, [queued, { type: "run_admitted" }]).status).toBe("running");
  });

  test("marks say who asked and why", () => {
    const view = fold(LINE, [
      { type: "signal_received", name: "paid", key: "7", by: "ana", reason: "The bank called" },
      { type: "run_paused", by: "ana", reason: "Lunch" },
      { type: "run_resumed", by: "bo", reason: "Back" },
      { type: "run_continued", next_run_id: "r2", by: "ana", reason: "Long log" },
    ]);
    expect(view.markers.map(({ kind, by, text, about }) => [kind, about, by, text])).toEqual([
      ["signal", "paid · 7", "ana", "The bank called"],
      ["paused", "", "ana", "Lunch"],
      ["resumed", "", "bo", "Back"],
      ["continued", "r2", "ana", "Long log"],
    ]);
  });

  test("a refused command leaves a mark and changes nothing else", () => {
    const view = fold(LINE, [
      call("charge"),
      { type: "command_refused", kind: "resume", message: "The run is not paused.", by: "ana" },
    ]);
    expect(view.status).toBe("running");
    expect(view.markers.at(-1)).toMatchObject({
      kind: "refused",
      about: "resume",
      text: "The run is not paused.",
    });
  });

  test("what was open in a continued run goes on in the next one", () => {
    const view = fold(LINE, [call("charge"), { type: "run_continued", next_run_id: "r2" }]);
    expect(view).toMatchObject({ status: "continued", nextRun: "r2" });
    expect(statuses(view)).toMatchObject({ start: "completed", charge: "continued", ship: "continued" });
  });
});

describe("compensation", () => {
  const events: Event[] = [
    call("charge"),
    done("charge"),
    { type: "step_failed", step: "ship", error },
    { type: "compensation_started", undo: [{ step: "charge", handler: "refund" }] },
    call("refund"),
  ];

  test("what a handler has undone is compensated", () => {
    const during = fold(LINE, events);
    expect(during.status).toBe("compensating");
    expect(statuses(during)).toMatchObject({ charge: "completed", refund: "running" });
    const view = fold(LINE, [
      ...events,
      done("refund"),
      { type: "run_failed", error, step: "ship", compensation: "done" },
    ]);
    expect(statuses(view)).toMatchObject({ charge: "compensated", refund: "completed", ship: "failed" });
    expect(view.overlay.get("charge")).toMatchObject({ status: "compensated", ports: ["out", "compensate"] });
    expect(view.compensation?.outcome).toBe("done");
  });

  test("a handler that failed has undone nothing", () => {
    const view = fold(LINE, [
      ...events,
      { type: "step_failed", step: "refund", error },
      { type: "run_failed", error, step: "ship", compensation: "incomplete" },
    ]);
    expect(statuses(view)).toMatchObject({ charge: "completed", refund: "failed" });
    expect(view.compensation?.outcome).toBe("incomplete");
  });
});

const INNER: Graph = {
  nodes: [
    { kind: "start", id: "start" },
    { kind: "agent", id: "charge", agent: "text" },
    { kind: "loop", id: "again" },
    { kind: "agent", id: "poll", agent: "text", parent: "again" },
    { kind: "end", id: "end" },
  ],
  edges: [],
};
const OUTER: Graph = {
  nodes: [
    { kind: "start", id: "start" },
    { kind: "map", id: "each" },
    { kind: "workflow", id: "billing", workflow: "billing", version_id: "v2", parent: "each" },
    { kind: "agent", id: "charge", agent: "text" },
    { kind: "end", id: "end" },
  ],
  edges: [],
};

describe("scopes", () => {
  const events: Event[] = [
    { type: "map_started", step: "each", count: 2 },
    { type: "subflow_started", step: "each[0]/billing", version_id: "v2", input: { x: 1 } },
    call("each[0]/billing/charge"),
    { type: "iteration_started", step: "each[0]/billing/again", index: 0 },
    done("each[0]/billing/again[0]/poll"),
    { type: "iteration_started", step: "each[0]/billing/again", index: 1 },
  ];

  test("the steps of another workflow are told apart from those of the run's own graph", () => {
    const view = fold(OUTER, events, { v2: INNER });
    expect(nodeFor(view, "each[0]/billing/again[0]/poll")).toMatchObject({ id: "poll" });
    expect(view.overlay.get("charge")?.status).toBe("pending");
    expect(view.overlay.get("billing/charge")).toMatchObject({ status: "running", total: 1 });
    expect(view.overlay.get("billing/poll")).toMatchObject({ total: 2, done: 1 });
    expect(view.overlay.get("billing")).toMatchObject({ status: "running", total: 2 });
    expect(view.steps.get("each[0]/billing/again")?.iterations).toBe(2);
  });

  test("without the graph its steps are known by their events", () => {
    const view = fold(OUTER, events);
    expect(nodeFor(view, "each[0]/billing/charge")).toMatchObject({ id: "charge" });
    expect(nodeFor(view, "each[0]/billing/again[0]/poll")).toMatchObject({ id: "poll" });
  });

  test("a plan's steps are those of the graph that was made", () => {
    const graph: Graph = { nodes: [{ kind: "plan", id: "think" }], edges: [] };
    const view = fold(graph, [
      call("think"),
      { type: "plan_made", step: "think", graph: INNER, explanation: "Charge, then poll." },
      { type: "subflow_started", step: "think", input: {} },
      call("think/charge"),
    ]);
    expect(view.steps.get("think")).toMatchObject({ status: "running", entered: true });
    expect(view.steps.get("think")?.attempts[0]?.outcome).toBe("completed");
    expect(nodeFor(view, "think/charge")).toMatchObject({ kind: "agent" });
    expect(view.live).toEqual({ running: 1, queued: 0, waiting: 0 });
  });

  test("a closed iteration stands for its steps", () => {
    const view = fold(INNER, [
      { type: "iteration_closed", step: "again", index: 0, output: 7 },
      { type: "iteration_started", step: "again", index: 1 },
      call("again[1]/poll"),
    ]);
    expect(view.steps.get("again")).toMatchObject({ iterations: 2, status: "running" });
    expect(view.steps.get("again")?.closed?.get(0)).toMatchObject({ output: 7, error: null });
    expect(view.overlay.get("poll")).toMatchObject({ total: 1, done: 0, status: "running" });
  });

  test("nodes of which a compact log says nothing more are done, then and when the run has ended", () => {
    const closed: Event[] = [
      { type: "iteration_closed", step: "again", index: 0, output: 1 },
      { type: "iteration_closed", step: "again", index: 1, output: 2 },
      done("again"),
    ];
    expect(fold(INNER, closed).overlay.get("poll")).toMatchObject({ status: "completed" });
    const ended = fold(INNER, [...closed, { type: "run_completed", output: {} }]);
    expect(ended.overlay.get("poll")).toMatchObject({ status: "completed" });
  });
});

test("what a fork took over is told apart, and was not ready before the fork began", () => {
  const view = openRun(LINE);
  const origin = { kind: "fork", run_id: "r0", seq: 3 } as const;
  const events: Event[] = [
    { ...STARTED, origin } as Event,
    { ...call("charge"), ready_at: 10 } as Event,
    done("charge"),
    call("ship"),
  ];
  const at = [1000, 1000, 1000, 1040];
  applyRecords(
    view,
    events.map((event, index) => ({ seq: index + 1, at: at[index] ?? 0, epoch: 1, prev: "", event })),
  );
  expect(view.steps.get("charge")).toMatchObject({ takenOver: true, readyAt: 1000 });
  expect(view.steps.get("ship")).toMatchObject({ takenOver: false });
});
