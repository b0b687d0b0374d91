import { IconRefresh } from "@tabler/icons-react";
import { isTerminal } from "@/graph/run";
import type { RunCommand } from "./command";

export const retry: RunCommand = {
  id: "retry",
  icon: IconRefresh,
  shortcut: "Shift+T",
  blocked: ({ view: { status } }) => {
    if (!isTerminal(status)) return "goesOn";
    if (status === "continued") return "continued";
    return status === "completed" ? "endedWell" : null;
  },
  perform: ({ show }) => show("retry"),
};
