import type {
  Graph,
  IterationClosed,
  IterationStarted,
  MapStarted,
  PlanMade,
  StepCancelled,
  StepCompleted,
  StepFailed,
  StepSkipped,
  StepStarted,
  StepWaiting,
  SubflowStarted,
} from "@/wire/generated";
import { nodeOf } from "./runKeys";
import { hasEnded, storeStep } from "./runTally";
import type { AttemptView, RunView, StepView } from "./runTypes";
import { asked, decided, endedWait, timed, type WaitEvent } from "./runWaits";

export type StepEvent =
  | IterationClosed
  | IterationStarted
  | MapStarted
  | PlanMade
  | StepCancelled
  | StepCompleted
  | StepFailed
  | StepSkipped
  | StepStarted
  | StepWaiting
  | SubflowStarted
  | WaitEvent;

export function newStep(key: string): StepView {
  return {
    key,
    node: nodeOf(key),
    status: "pending",
    began: 0,
    ended: 0,
    message: "",
    port: "out",
    readyAt: null,
    startedAt: null,
    endedAt: null,
    attempts: [],
    input: undefined,
    output: undefined,
    error: null,
    iterations: null,
    cached: false,
    takenOver: false,
    wait: null,
    decisions: [],
    entered: false,
    plan: null,
    closed: null,
  };
}

/** A step that only hands on what it is given, as a start does. */
export function passed(step: StepView, at: number, output: unknown): StepView {
  return { ...step, status: "completed", readyAt: at, startedAt: at, endedAt: at, output };
}

export function applyStepEvent(view: RunView, event: StepEvent, at: number): void {
  const step = view.steps.get(event.step) ?? newStep(event.step);
  const next = after(step, sinceStart(view, event), at);
  const ends = hasEnded(next.status) && !hasEnded(step.status);
  if (ends) view.stepsDone += 1;
  storeStep(view, {
    ...next,
    began: step.began || view.cursor,
    ended: ends ? view.cursor : step.ended,
    takenOver: ends ? isTakenOver(view, at) : step.takenOver,
  });
}

/** A log made from another begins with what that one recorded, all of the moment in which the run began. */
function isTakenOver({ origin, startedAt }: RunView, at: number): boolean {
  return origin !== null && origin.kind !== "replay" && at === startedAt;
}

/** What was taken over was not ready before this run began. */
function sinceStart(view: RunView, event: StepEvent): StepEvent {
  if (event.type !== "step_started" || (event.ready_at ?? 0) >= (view.startedAt ?? 0)) return event;
  return { ...event, ready_at: view.startedAt ?? 0 };
}

function after(step: StepView, event: StepEvent, at: number): StepView {
  switch (event.type) {
    case "step_waiting":
      return { ...step, status: "queued", message: event.message, readyAt: step.readyAt ?? at };
    case "step_started":
      return started(step, event, at);
    case "step_completed":
      return completed(step, event, at);
    case "step_failed":
      return failed(step, event, at);
    case "step_skipped":
      return { ...step, status: "skipped", message: event.reason ?? "", port: event.port ?? "", endedAt: at };
    case "step_cancelled":
      return cancelled(step, event.reason ?? "", at);
    case "map_started":
      return opened(step, at, { iterations: event.count });
    case "iteration_started":
      return opened(step, at, { iterations: Math.max(step.iterations ?? 0, event.index + 1) });
    case "iteration_closed":
      return closedIteration(step, event, at);
    case "subflow_started":
      return opened(step, at, { entered: true, input: event.input ?? step.input, wait: endedWait(step, at) });
    case "plan_made":
      return planMade(step, event, at);
    case "approval_given":
      return decided(step, event, at);
    case "approval_requested":
      return asked(step, event, at);
    case "timer_started":
    case "signal_awaited":
      return timed(step, event, at);
  }
}

/** A step that has others inside begins. */
function opened(step: StepView, at: number, change: Partial<StepView>): StepView {
  return {
    ...step,
    status: "running",
    message: "",
    readyAt: step.readyAt ?? at,
    startedAt: step.startedAt ?? at,
    ...change,
  };
}

function closedIteration(step: StepView, { index, output, error }: IterationClosed, at: number): StepView {
  const entry = { output: output ?? null, error: error ?? null, at };
  return opened(step, at, {
    iterations: Math.max(step.iterations ?? 0, index + 1),
    closed: new Map(step.closed ?? []).set(index, entry),
  });
}

function cancelled(step: StepView, message: string, at: number): StepView {
  return {
    ...step,
    status: "cancelled",
    message,
    endedAt: at,
    wait: endedWait(step, at),
    attempts: closed(step.attempts, { endedAt: at, outcome: "cancelled" }),
  };
}

function started(step: StepView, event: StepStarted, at: number): StepView {
  const readyAt = event.ready_at || at;
  const attempt: AttemptView = {
    number: event.attempt,
    callId: event.call_id,
    agent: event.agent,
    version: event.version,
    instance: event.instance,
    host: event.host,
    readyAt,
    startedAt: at,
    endedAt: null,
    queuedMs: 0,
    workedMs: 0,
    error: null,
    retryAt: 0,
    outcome: "running",
    bidding: event.bidding ?? null,
  };
  const earlier = step.attempts.filter((known) => known.callId !== event.call_id);
  return {
    ...step,
    status: "running",
    message: "",
    input: event.input ?? step.input,
    readyAt: Math.min(step.readyAt ?? readyAt, readyAt),
    startedAt: step.startedAt ?? at,
    attempts: [...earlier, attempt],
  };
}

function completed(step: StepView, event: StepCompleted, at: number): StepView {
  return {
    ...step,
    status: "completed",
    message: "",
    port: event.port ?? "out",
    output: event.output ?? null,
    error: null,
    cached: event.cached ?? false,
    readyAt: step.readyAt ?? at,
    startedAt: step.startedAt ?? at,
    endedAt: at,
    wait: endedWait(step, at),
    attempts: closed(step.attempts, {
      endedAt: at,
      outcome: "completed",
      queuedMs: event.queued_ms ?? 0,
      workedMs: event.worked_ms ?? 0,
    }),
  };
}

function planMade(step: StepView, event: PlanMade, at: number): StepView {
  return {
    ...step,
    status: "running",
    plan: { graph: event.graph as Graph, explanation: event.explanation ?? "" },
    startedAt: step.startedAt ?? at,
    attempts: closed(step.attempts, {
      endedAt: at,
      outcome: "completed",
      queuedMs: event.queued_ms ?? 0,
      workedMs: event.worked_ms ?? 0,
    }),
  };
}

function failed(step: StepView, event: StepFailed, at: number): StepView {
  const retryAt = event.retry_at ?? 0;
  return {
    ...step,
    status: retryAt > 0 ? "retrying" : "failed",
    message: "",
    error: event.error,
    readyAt: step.readyAt ?? at,
    startedAt: step.startedAt ?? at,
    endedAt: retryAt > 0 ? null : at,
    wait: endedWait(step, at),
    attempts: closed(step.attempts, {
      endedAt: at,
      outcome: "failed",
      error: event.error,
      retryAt,
      queuedMs: event.queued_ms ?? 0,
      workedMs: event.worked_ms ?? 0,
    }),
  };
}

/** Ends the attempt in flight; a step that went on after a failed attempt (by its default) keeps that failure. */
export function closed(attempts: readonly AttemptView[], end: Partial<AttemptView>): readonly AttemptView[] {
  const last = attempts.at(-1);
  return last?.outcome === "running" ? [...attempts.slice(0, -1), { ...last, ...end }] : attempts;
}
