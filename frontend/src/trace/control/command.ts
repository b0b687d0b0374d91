import type { TablerIcon } from "@tabler/icons-react";
import type { RunView } from "@/graph/runTypes";
import type { RunDetail } from "@/wire/types";

/** Commands that take nothing but a reason. */
export type ReasonedCommand = "pause" | "resume" | "continue" | "retry" | "again" | "newest";

export type RunDialog = "cancel" | "terminate" | "signal" | "fork" | ReasonedCommand;

/** The run that a command is for, and what a command can do. */
export interface RunContext {
  readonly run: RunDetail;
  readonly view: RunView;
  show(dialog: RunDialog): void;
}

/** Something a person can ask of a run; header, menu, keyboard and palette all show and do these. */
export interface RunCommand {
  /** Also its key in the catalogue, under `trace:control`. */
  readonly id:
    | "pause"
    | "resume"
    | "cancel"
    | "terminate"
    | "signal"
    | "retry"
    | "again"
    | "newest"
    | "fork"
    | "continue";
  readonly icon: TablerIcon;
  /** Like `Shift+P`. */
  readonly shortcut?: string;
  readonly danger?: boolean;
  /** Why it cannot be done now, as a key in the catalogue under `trace:control.why`; null: it can. */
  blocked(context: RunContext): Blocked | null;
  perform(context: RunContext): void;
}

export type Blocked =
  | "ended"
  | "goesOn"
  | "endedWell"
  | "paused"
  | "notPaused"
  | "cancelling"
  | "compensating"
  | "notBegun"
  | "noSignals"
  | "continued";
