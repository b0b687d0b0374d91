/** A run as the fold of its records: the same rules as the engine's, so that page and engine never disagree. */
import type { Graph, MapStarted, RunFailed, Record as RunRecord, RunStarted } from "@/wire/generated";
import { nodeOf } from "./runKeys";
import { applyStepEvent, newStep } from "./runSteps";
import { structureOf } from "./runStructure";
import { expectMore, hasEnded, newTally, refreshOverlay, storeStep } from "./runTally";
import type { RunStatus, RunView, StepView } from "./runTypes";

export type { NodeOverlay, RunOverlay, RunStatus, RunView, StepStatus, StepView } from "./runTypes";

const TERMINAL: ReadonlySet<RunStatus> = new Set(["completed", "failed", "cancelled"]);

export function isTerminal(status: RunStatus): boolean {
  return TERMINAL.has(status);
}

/** A run of which nothing has been read yet: every step outside maps waits. */
export function openRun(graph: Graph): RunView {
  const structure = structureOf(graph);
  const view: RunView = {
    graph,
    structure,
    steps: new Map(),
    tallies: new Map(),
    touched: new Set(),
    overlay: new Map(),
    status: "pending",
    cursor: 0,
    startedAt: null,
    endedAt: null,
    input: null,
    output: null,
    error: null,
    failedStep: "",
    cancelledBy: "",
    cancelReason: "",
    worker: "",
    takeovers: 0,
    stepsDone: 0,
  };
  for (const id of structure.nodes.keys()) {
    view.tallies.set(id, newTally(0));
    view.touched.add(id);
  }
  for (const id of structure.inside.get("") ?? []) storeStep(view, newStep(id));
  refreshOverlay(view);
  return view;
}

/** Folds records in, in order; those already seen change nothing. Returns whether anything was new. */
export function applyRecords(view: RunView, records: readonly RunRecord[]): boolean {
  const before = view.cursor;
  for (const record of records) applyRecord(view, record);
  refreshOverlay(view);
  return view.cursor !== before;
}

function applyRecord(view: RunView, { seq, at, event }: RunRecord): void {
  if (seq <= view.cursor) return;
  view.cursor = seq;
  switch (event.type) {
    case "run_started":
      start(view, event, at);
      break;
    case "run_taken_over":
      view.worker = event.worker;
      view.takeovers += 1;
      break;
    case "run_cancel_requested":
      view.status = "cancelling";
      view.cancelledBy = event.by ?? "";
      view.cancelReason = event.reason ?? "";
      break;
    case "run_completed":
      view.output = event.output ?? null;
      finish(view, "completed", at);
      break;
    case "run_failed":
      fail(view, event, at);
      break;
    case "run_cancelled":
      view.cancelledBy = event.by ?? view.cancelledBy;
      view.cancelReason = event.reason ?? view.cancelReason;
      finish(view, "cancelled", at);
      break;
    case "map_started":
      expectIterations(view, event);
      applyStepEvent(view, event, at);
      break;
    default:
      applyStepEvent(view, event, at);
  }
}

function expectIterations(view: RunView, { step, count }: MapStarted): void {
  for (const child of view.structure.inside.get(nodeOf(step)) ?? []) expectMore(view, child, count);
}

function start(view: RunView, event: RunStarted, at: number): void {
  view.status = "running";
  view.startedAt = at;
  view.input = event.input;
  view.worker = event.worker ?? "";
  for (const node of view.structure.nodes.values()) {
    const step = view.steps.get(node.id);
    if (node.kind === "start" && step) storeStep(view, passed(step, at, event.input));
  }
}

function fail(view: RunView, event: RunFailed, at: number): void {
  view.error = event.error;
  view.failedStep = event.step ?? "";
  finish(view, "failed", at);
}

/** After the run's end nothing runs: what was in flight is cancelled, what never began is skipped. */
function finish(view: RunView, status: RunStatus, at: number): void {
  view.status = status;
  view.endedAt = at;
  for (const step of view.steps.values()) {
    if (hasEnded(step.status)) continue;
    if (step.status === "waiting") storeStep(view, { ...step, status: "skipped" });
    else storeStep(view, { ...step, status: "cancelled", endedAt: at });
  }
  for (const [node, tally] of view.tallies) {
    const known = [...tally.counts.values()].reduce((sum, number) => sum + number, 0);
    if (known >= tally.expected && known > 0) continue;
    tally.counts.set("skipped", (tally.counts.get("skipped") ?? 0) + Math.max(tally.expected - known, 1));
    view.touched.add(node);
  }
}

function passed(step: StepView, at: number, output: unknown): StepView {
  return { ...step, status: "completed", readyAt: at, startedAt: at, endedAt: at, output };
}
