import type { CallError, Graph } from "@/wire/generated";
import type { RunStructure } from "./runStructure";

export type RunStatus = "pending" | "running" | "cancelling" | "completed" | "failed" | "cancelled";

export type StepStatus =
  | "waiting"
  | "queued"
  | "running"
  | "retrying"
  | "completed"
  | "failed"
  | "skipped"
  | "cancelled";

export const STEP_STATUSES: readonly StepStatus[] = [
  "waiting",
  "queued",
  "running",
  "retrying",
  "completed",
  "failed",
  "skipped",
  "cancelled",
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
}

/** One execution of a node; replaced as a whole when an event changes it, so that identity tells change. */
export interface StepView {
  readonly key: string;
  readonly node: string;
  readonly status: StepStatus;
  /** Why it waits, was skipped or was cancelled, in words. */
  readonly message: string;
  /** The way it took when it completed. */
  readonly port: string;
  readonly readyAt: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly attempts: readonly AttemptView[];
  readonly input: unknown;
  readonly output: unknown;
  readonly error: CallError | null;
  /** Of a map: how many iterations it has, once known. */
  readonly iterations: number | null;
}

/** What the canvas shows of a node: its step, or all its executions together when it stands in a map. */
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

export type RunOverlay = ReadonlyMap<string, NodeOverlay>;

export interface NodeTally {
  readonly counts: Map<StepStatus, number>;
  readonly ports: Set<string>;
  /** Executions known to come. */
  expected: number;
  attempt: number;
  startedAt: number | null;
  endedAt: number | null;
  message: string;
}

/** The fold of a run's records: changed in place by `applyRecord`, in constant time for each. */
export interface RunView {
  readonly graph: Graph;
  readonly structure: RunStructure;
  readonly steps: Map<string, StepView>;
  readonly tallies: Map<string, NodeTally>;
  /** Nodes whose tally changed since the overlay was last made. */
  readonly touched: Set<string>;
  overlay: RunOverlay;
  status: RunStatus;
  cursor: number;
  startedAt: number | null;
  endedAt: number | null;
  input: unknown;
  output: unknown;
  error: CallError | null;
  failedStep: string;
  cancelledBy: string;
  cancelReason: string;
  worker: string;
  takeovers: number;
  /** Steps that ended, as their own events said: not those the run's end left over. */
  stepsDone: number;
}
