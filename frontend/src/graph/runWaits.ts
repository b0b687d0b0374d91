/** Steps that wait for time, for people, or for a signal from outside. */
import type { ApprovalGiven, ApprovalRequested, SignalAwaited, TimerStarted } from "@/wire/generated";
import type { StepView, WaitView } from "./runTypes";

export type WaitEvent = ApprovalGiven | ApprovalRequested | SignalAwaited | TimerStarted;

export function timed(step: StepView, event: TimerStarted | SignalAwaited, at: number): StepView {
  const base = { since: at, until: null, due: event.due ?? 0 };
  const wait: WaitView =
    event.type === "timer_started"
      ? { ...base, kind: "timer" }
      : { ...base, kind: "signal", name: event.name, key: event.key ?? "" };
  return waiting(step, wait, at);
}

export function asked(step: StepView, event: ApprovalRequested, at: number): StepView {
  const { message = "", approvers = [], groups = [], needed = 1, schema = {}, due = 0 } = event;
  const wait: WaitView = {
    kind: "approval",
    since: at,
    until: null,
    due,
    message,
    approvers,
    groups,
    needed,
    schema,
  };
  return waiting(step, wait, at);
}

function waiting(step: StepView, wait: WaitView, at: number): StepView {
  return {
    ...step,
    status: "waiting",
    message: "",
    readyAt: step.readyAt ?? at,
    startedAt: step.startedAt ?? at,
    wait,
  };
}

export function decided(step: StepView, event: ApprovalGiven, at: number): StepView {
  const { approved, by = "", comment = "", data = null } = event;
  return { ...step, decisions: [...step.decisions, { approved, by, comment, data, at }] };
}

/** How many approvals are still to come. */
export function approvalsLeft({ wait, decisions }: StepView): number {
  const given = decisions.filter((decision) => decision.approved).length;
  return wait?.kind === "approval" ? Math.max(0, wait.needed - given) : 0;
}

export function endedWait({ wait }: StepView, at: number): WaitView | null {
  return wait?.until === null ? { ...wait, until: at } : wait;
}
