import type { Bidding, CallError, Graph, Origin } from "@/wire/generated";
import type { RunStructure } from "./runStructure";

export type RunStatus =
  | "pending"
  | "queued"
  | "running"
  | "waiting"
  | "paused"
  | "cancelling"
  | "compensating"
  | "completed"
  | "failed"
  | "cancelled"
  | "terminated"
  | "continued";

/**
 * `pending`: those before it are not done; `queued`: ready, but without a place; `waiting`: for time, people or a signal;
 * `continued`: it goes on in the next run.
 */
export type StepStatus =
  | "pending"
  | "queued"
  | "running"
  | "waiting"
  | "retrying"
  | "completed"
  | "failed"
  | "skipped"
  | "cancelled"
  | "compensated"
  | "continued";

export const STEP_STATUSES: readonly StepStatus[] = [
  "pending",
  "queued",
  "running",
  "waiting",
  "retrying",
  "completed",
  "failed",
  "skipped",
  "cancelled",
  "compensated",
];

/** One try of a step. Times are ms since the epoch on the engine's clock, spans are ms. */
export interface AttemptView {
  readonly number: number;
  readonly callId: string;
  readonly agent: string;
  readonly version: string;
  readonly instance: string;
  readonly host: string;
  readonly readyAt: number;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly queuedMs: number;
  readonly workedMs: number;
  readonly error: CallError | null;
  /** When the next attempt comes; 0: this was the last. */
  readonly retryAt: number;
  readonly outcome: "running" | "completed" | "failed" | "cancelled";
  /** Who bid for it, where a goal was put out to bid. */
  readonly bidding: Bidding | null;
}

export interface Decision {
  readonly approved: boolean;
  readonly by: string;
  readonly comment: string;
  readonly data: unknown;
  readonly at: number;
}

/** What a step waits for, since when, and until when (`due`, ms; 0: for ever). */
export type WaitView = { readonly since: number; readonly until: number | null; readonly due: number } & (
  | { readonly kind: "timer" }
  | { readonly kind: "signal"; readonly name: string; readonly key: string }
  | {
      readonly kind: "approval";
      readonly message: string;
      readonly approvers: readonly string[];
      readonly groups: readonly string[];
      readonly needed: number;
      readonly schema: Readonly<Record<string, unknown>>;
    }
);

/** An iteration of which a compact log keeps only what it gave. */
export interface ClosedIteration {
  readonly output: unknown;
  readonly error: CallError | null;
  readonly at: number;
}

/** One execution of a node; replaced as a whole when an event changes it, so that identity tells change. */
export interface StepView {
  readonly key: string;
  readonly node: string;
  readonly status: StepStatus;
  /** Sequence numbers of the first event that names it, and of the one that ended it; 0: none. */
  readonly began: number;
  readonly ended: number;
  /** Why it waits, was skipped or was cancelled, in words. */
  readonly message: string;
  /** The way on: the one it took when it completed; "" when it was skipped with all that follows. */
  readonly port: string;
  readonly readyAt: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly attempts: readonly AttemptView[];
  readonly input: unknown;
  readonly output: unknown;
  readonly error: CallError | null;
  /** Of a map or loop: how many iterations it has, as far as known. */
  readonly iterations: number | null;
  /** Taken from the cache: no agent was called. */
  readonly cached: boolean;
  /** Done in the run this one was made from: nothing of it was called again. */
  readonly takenOver: boolean;
  /** The last thing it waited for; over once `until` is set. */
  readonly wait: WaitView | null;
  readonly decisions: readonly Decision[];
  /** Of a step that runs another workflow or a plan: whether its inner steps have begun. */
  readonly entered: boolean;
  readonly plan: { readonly graph: Graph; readonly explanation: string } | null;
  readonly closed: ReadonlyMap<number, ClosedIteration> | null;
}

/** What the canvas shows of a node: its step, or all its executions together when it stands in a map or loop. */
export interface NodeOverlay {
  readonly status: StepStatus;
  readonly counts: Readonly<Partial<Record<StepStatus, number>>>;
  /** Executions known to come, and how many of them have ended. */
  readonly total: number;
  readonly done: number;
  /** The highest attempt number so far; 0 before the first. */
  readonly attempt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly message: string;
  /** Ports taken so far, for the edges. */
  readonly ports: readonly string[];
}

/** By place (`runKeys.placeOf`): for the run's own graph that is the node's id. */
export type RunOverlay = ReadonlyMap<string, NodeOverlay>;

export interface NodeTally {
  readonly counts: Map<StepStatus, number>;
  readonly ports: Set<string>;
  /** Executions known to come. */
  expected: number;
  /** Executions of which a compact log says nothing but that they are over. */
  closed: number;
  attempt: number;
  startedAt: number | null;
  endedAt: number | null;
  message: string;
}

export interface Pause {
  readonly from: number;
  readonly to: number | null;
  readonly by: string;
  readonly reason: string;
}

/** Something that was asked of the run, or happened to it, at a moment. */
export interface Marker {
  readonly seq: number;
  readonly at: number;
  readonly kind:
    | "paused"
    | "resumed"
    | "cancel"
    | "terminated"
    | "signal"
    | "approved"
    | "rejected"
    | "refused"
    | "takenOver"
    | "queued"
    | "admitted"
    | "compensation"
    | "overdue"
    | "continued";
  readonly by: string;
  /** The reason, comment or message that came with it. */
  readonly text: string;
  /** The step, signal, command or worker it is about. */
  readonly about: string;
}

export interface CompensationView {
  readonly at: number;
  /** In this order. */
  readonly undo: readonly { readonly step: string; readonly handler: string }[];
  /** What each handler undoes. */
  readonly undoneBy: ReadonlyMap<string, string>;
  /** Once the run has ended: whether all was undone. */
  outcome: "" | "done" | "incomplete";
}

/** The fold of a run's records: changed in place by `applyRecord`, in constant time for each. */
export interface RunView {
  readonly graph: Graph;
  readonly structure: RunStructure;
  /** Graphs of other workflows, by the id of their version. */
  readonly subgraphs: Readonly<Record<string, Graph>>;
  /** The graphs that run inside steps, by the step's key. */
  readonly inner: Map<string, RunStructure>;
  readonly steps: Map<string, StepView>;
  readonly tallies: Map<string, NodeTally>;
  /** Places whose tally changed since the overlay was last made. */
  readonly touched: Set<string>;
  /** How many steps are with an agent, look for a place, or wait: containers do not count. */
  readonly live: { running: number; queued: number; waiting: number };
  readonly markers: Marker[];
  readonly pauses: Pause[];
  overlay: RunOverlay;
  status: RunStatus;
  cursor: number;
  startedAt: number | null;
  endedAt: number | null;
  /** When the newest record was written. */
  movedAt: number | null;
  input: unknown;
  output: unknown;
  error: CallError | null;
  failedStep: string;
  cancelledBy: string;
  cancelReason: string;
  cancelRequested: boolean;
  queue: { readonly key: string; readonly limit: number } | null;
  compensation: CompensationView | null;
  origin: Origin | null;
  trigger: string;
  priority: "high" | "normal" | "low";
  /** By which rules the run goes on: those of when it began. */
  rules: number;
  nextRun: string;
  worker: string;
  takeovers: number;
  /** Steps that ended, as their own events said: not those the run's end left over. */
  stepsDone: number;
}
