/** A run as the fold of its records: the same rules as the engine's, so that page and engine never disagree. */
import type {
  Graph,
  IterationClosed,
  IterationStarted,
  MapStarted,
  RunFailed,
  Record as RunRecord,
  RunStarted,
} from "@/wire/generated";
import { compensate, endPause, mark, pause, statusOf, undone } from "./runControl";
import { placeOf } from "./runKeys";
import { nodesIn } from "./runScopes";
import { applyStepEvent, newStep, passed, type StepEvent } from "./runSteps";
import { structureOf } from "./runStructure";
import { enterSubflow, noteFound } from "./runSubflows";
import { closeOne, expectMore, hasEnded, newTally, refreshOverlay, storeStep } from "./runTally";
import type { RunStatus, RunView, StepView } from "./runTypes";

export { isTerminal } from "./runControl";
export type { NodeOverlay, RunOverlay, RunStatus, RunView, StepStatus, StepView } from "./runTypes";

/** A run of which nothing has been read yet: every step outside maps and loops is to come. */
export function openRun(graph: Graph, subgraphs: Readonly<Record<string, Graph>> = {}): RunView {
  const structure = structureOf(graph);
  const view: RunView = {
    graph,
    structure,
    subgraphs,
    inner: new Map(),
    steps: new Map(),
    tallies: new Map(),
    touched: new Set(),
    live: { running: 0, queued: 0, waiting: 0 },
    markers: [],
    pauses: [],
    overlay: new Map(),
    status: "pending",
    cursor: 0,
    startedAt: null,
    endedAt: null,
    movedAt: null,
    input: null,
    output: null,
    error: null,
    failedStep: "",
    cancelledBy: "",
    cancelReason: "",
    cancelRequested: false,
    queue: null,
    compensation: null,
    origin: null,
    trigger: "",
    priority: "normal",
    rules: 1,
    nextRun: "",
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
  view.movedAt = at;
  mark(view, event, seq, at);
  applyEvent(view, event, at);
  view.status = statusOf(view);
}

function applyEvent(view: RunView, event: RunRecord["event"], at: number): void {
  switch (event.type) {
    case "run_started":
      start(view, event, at);
      break;
    case "run_queued":
      view.queue = { key: event.key, limit: event.limit };
      break;
    case "run_admitted":
      view.queue = null;
      break;
    case "run_taken_over":
      view.worker = event.worker;
      view.takeovers += 1;
      break;
    case "run_paused":
      pause(view, event, at);
      break;
    case "run_resumed":
      endPause(view, at);
      break;
    case "run_cancel_requested":
      view.cancelRequested = true;
      endPause(view, at);
      view.cancelledBy = event.by ?? "";
      view.cancelReason = event.reason ?? "";
      break;
    case "compensation_started":
      compensate(view, event, at);
      break;
    case "overdue":
    case "command_refused":
    case "signal_received":
      break;
    case "run_completed":
      view.output = event.output ?? null;
      finish(view, "completed", at);
      break;
    case "run_failed":
      fail(view, event, at);
      break;
    case "run_cancelled":
    case "run_terminated":
      view.cancelledBy = event.by || view.cancelledBy;
      view.cancelReason = event.reason || view.cancelReason;
      if (view.compensation && event.type === "run_cancelled")
        view.compensation.outcome = event.compensation ?? "";
      finish(view, event.type === "run_cancelled" ? "cancelled" : "terminated", at);
      break;
    case "run_continued":
      view.nextRun = event.next_run_id;
      finish(view, "continued", at);
      break;
    default:
      applyStep(view, event, at);
  }
}

function applyStep(view: RunView, event: StepEvent, at: number): void {
  noteFound(view, event.step);
  expectInside(view, event);
  applyStepEvent(view, event, at);
  if (view.compensation) undone(view, event.step);
}

/** What the event says of steps to come inside its own. */
function expectInside(view: RunView, event: StepEvent): void {
  if (event.type === "map_started") expectIterations(view, event, event.count);
  else if (event.type === "iteration_started") expectIterations(view, event, 1);
  else if (event.type === "iteration_closed") forgetIteration(view, event);
  else if (event.type === "subflow_started") enterSubflow(view, event);
}

function expectIterations(view: RunView, { step }: MapStarted | IterationStarted, count: number): void {
  const scope = `${step}[0]`;
  for (const child of nodesIn(view, scope)) expectMore(view, placeOf(`${scope}/${child}`), count);
}

/** The steps of an iteration that a compact log left out are not counted at all. */
function forgetIteration(view: RunView, event: IterationClosed): void {
  const expected = event.index < (view.steps.get(event.step)?.iterations ?? 0);
  const scope = `${event.step}[0]`;
  for (const child of nodesIn(view, scope)) closeOne(view, placeOf(`${scope}/${child}`), expected);
}

function start(view: RunView, event: RunStarted, at: number): void {
  view.startedAt = at;
  view.input = event.input;
  view.worker = event.worker ?? "";
  view.origin = event.origin ?? null;
  view.trigger = event.trigger ?? "";
  view.priority = event.priority ?? "normal";
  view.rules = event.rules ?? 1;
  for (const node of view.structure.nodes.values()) {
    const step = view.steps.get(node.id);
    if (node.kind === "start" && step) storeStep(view, passed(step, at, event.input));
  }
}

function fail(view: RunView, event: RunFailed, at: number): void {
  view.error = event.error;
  view.failedStep = event.step ?? "";
  if (view.compensation) view.compensation.outcome = event.compensation ?? "";
  finish(view, "failed", at);
}

/** After the run's end nothing runs here: what was in flight is cancelled, what never began is skipped. */
function finish(view: RunView, status: RunStatus, at: number): void {
  view.status = status;
  view.endedAt = at;
  endPause(view, at);
  const goesOn = status === "continued";
  for (const step of view.steps.values()) {
    if (!hasEnded(step.status)) storeStep(view, leftOver(step, goesOn, at));
  }
  for (const [place, tally] of view.tallies) {
    const known = [...tally.counts.values()].reduce((sum, number) => sum + number, 0);
    if (known >= tally.expected && known + tally.closed > 0) continue;
    const rest = goesOn ? "continued" : "skipped";
    tally.counts.set(rest, (tally.counts.get(rest) ?? 0) + Math.max(tally.expected - known, 1));
    view.touched.add(place);
  }
}

function leftOver(step: StepView, goesOn: boolean, at: number): StepView {
  if (step.status === "pending") return { ...step, status: goesOn ? "continued" : "skipped" };
  const wait = step.wait?.until === null ? { ...step.wait, until: at } : step.wait;
  return { ...step, status: goesOn ? "continued" : "cancelled", endedAt: at, wait };
}
