/** What is asked of a run as a whole, and what is said of it: pauses, cancelling, undoing, and the marks they leave. */
import type { CompensationStarted, Record as RunRecord } from "@/wire/generated";
import { hasEnded, storeStep } from "./runTally";
import type { Marker, RunStatus, RunView } from "./runTypes";

type Event = RunRecord["event"];

const TERMINAL: ReadonlySet<RunStatus> = new Set([
  "completed",
  "failed",
  "cancelled",
  "terminated",
  "continued",
]);

export function isTerminal(status: RunStatus): boolean {
  return TERMINAL.has(status);
}

/** The run's status, from its parts; a terminal one stays. */
export function statusOf(view: RunView): RunStatus {
  if (isTerminal(view.status)) return view.status;
  if (view.startedAt === null) return "pending";
  if (view.compensation) return "compensating";
  if (view.cancelRequested) return "cancelling";
  if (view.queue) return "queued";
  if (view.pauses.at(-1)?.to === null) return "paused";
  const { running, queued, waiting } = view.live;
  return waiting > 0 && running + queued === 0 ? "waiting" : "running";
}

/** Something happened that stands on the time axis. */
export function mark(view: RunView, event: Event, seq: number, at: number): void {
  const found = markOf(event);
  if (found) view.markers.push({ by: "", text: "", about: "", ...found, seq, at });
}

type Mark = Pick<Marker, "kind"> & Partial<Pick<Marker, "by" | "text" | "about">>;

function markOf(event: Event): Mark | null {
  switch (event.type) {
    case "run_paused":
      return { kind: "paused", ...asked(event) };
    case "run_resumed":
      return { kind: "resumed", ...asked(event) };
    case "run_cancel_requested":
      return { kind: "cancel", ...asked(event) };
    case "run_terminated":
      return { kind: "terminated", ...asked(event) };
    case "run_continued":
      return { kind: "continued", ...asked(event), about: event.next_run_id };
    case "run_queued":
      return { kind: "queued", about: event.key };
    case "run_admitted":
      return { kind: "admitted" };
    case "run_taken_over":
      return { kind: "takenOver", about: event.worker };
    case "signal_received":
      return { kind: "signal", ...asked(event), about: [event.name, event.key].filter(Boolean).join(" · ") };
    case "approval_given":
      return {
        kind: event.approved ? "approved" : "rejected",
        by: event.by ?? "",
        text: event.comment ?? "",
        about: event.step,
      };
    case "command_refused":
      return { kind: "refused", by: event.by ?? "", text: event.message, about: event.kind };
    case "overdue":
      return { kind: "overdue", text: event.message, about: event.step ?? "" };
    case "compensation_started":
      return { kind: "compensation", about: String(event.undo.length) };
    default:
      return null;
  }
}

function asked({ by = "", reason = "" }: { by?: string; reason?: string }) {
  return { by, text: reason };
}

export function pause(
  view: RunView,
  { by = "", reason = "" }: { by?: string; reason?: string },
  at: number,
): void {
  if (view.pauses.at(-1)?.to !== null) view.pauses.push({ from: at, to: null, by, reason });
}

export function endPause(view: RunView, at: number): void {
  const last = view.pauses.at(-1);
  if (last?.to === null) view.pauses[view.pauses.length - 1] = { ...last, to: at };
}

export function compensate(view: RunView, { undo }: CompensationStarted, at: number): void {
  const undoneBy = new Map(undo.map(({ step, handler }) => [handler, step]));
  view.compensation = { at, undo, undoneBy, outcome: "" };
}

/** The rules since which a handler that was skipped has undone nothing. */
const SKIPPED_UNDOES_NOTHING = 3;

/** A handler that has run and has not failed has undone its step. */
export function undone(view: RunView, handler: string): void {
  const step = view.steps.get(view.compensation?.undoneBy.get(handler) ?? "");
  const status = view.steps.get(handler)?.status;
  if (!step || !status || !hasEnded(status) || status === "failed") return;
  if (status === "skipped" && view.rules >= SKIPPED_UNDOES_NOTHING) return;
  storeStep(view, { ...step, status: "compensated" });
}
