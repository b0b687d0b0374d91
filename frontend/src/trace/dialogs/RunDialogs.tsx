import type { RunControl } from "../control/useRunCommands";
import { ForkDialog } from "./ForkDialog";
import { ReasonDialog } from "./ReasonDialog";
import { SignalDialog } from "./SignalDialog";
import { StopDialog } from "./StopDialog";

/** The dialog that a command has opened. */
export function RunDialogs({ control, selected }: { control: RunControl; selected: string | null }) {
  const { context, dialog, close } = control;
  const { run, view } = context;
  switch (dialog) {
    case "cancel":
    case "terminate":
      return <StopDialog run={run.id} how={dialog} undo={toUndo(control)} onClose={close} />;
    case "signal":
      return <SignalDialog run={run} view={view} onClose={close} />;
    case "fork":
      return <ForkDialog run={run} view={view} step={selected} onClose={close} />;
    case "pause":
    case "resume":
    case "continue":
    case "retry":
    case "again":
    case "newest":
      return <ReasonDialog key={dialog} run={run.id} what={dialog} onClose={close} />;
    case null:
      return null;
  }
}

/** How many finished steps have another one that undoes them. */
function toUndo({ context: { view } }: RunControl): number {
  const undone = new Set(view.structure.handlers.values());
  return [...undone].filter((id) => view.steps.get(id)?.status === "completed").length;
}
