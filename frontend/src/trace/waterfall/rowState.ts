import type { RunView, StepStatus, StepView } from "@/graph/runTypes";
import { iterationOf, type Row, stepStatus } from "./rows";
import { type Segment, segmentsOf } from "./timeline";

/** What a row shows of its step or iteration. */
export interface RowState {
  readonly status: StepStatus | "compensating";
  readonly segments: readonly Segment[];
  readonly attempts: number;
  readonly step: StepView | undefined;
}

export function rowState(view: RunView, row: Row, now: number): RowState {
  if (row.kind === "undoing") return undoing(view, now);
  if (row.kind === "step") {
    const step = view.steps.get(row.id);
    const segments = step ? segmentsOf(step, now) : [];
    return { status: stepStatus(view, step), segments, attempts: step?.attempts.length ?? 0, step };
  }
  const { status, startedAt, endedAt } = iterationOf(view, row);
  const segments = startedAt === null ? [] : [whole(startedAt, endedAt ?? now, status === "failed")];
  return { status, segments, attempts: 0, step: undefined };
}

function undoing({ compensation, endedAt }: RunView, now: number): RowState {
  const status =
    endedAt === null ? "compensating" : compensation?.outcome === "done" ? "compensated" : "failed";
  const segments = compensation ? [whole(compensation.at, endedAt ?? now, false)] : [];
  return { status, segments, attempts: 0, step: undefined };
}

function whole(from: number, to: number, failed: boolean): Segment {
  const outcome = failed ? "failed" : "completed";
  return { kind: to > from ? "work" : "moment", from, to, attempt: 0, outcome };
}

const LIVE = new Set(["running", "retrying", "queued", "waiting", "compensating"]);

export function isLive({ status }: RowState): boolean {
  return LIVE.has(status);
}
