import { IconPlayerPause } from "@tabler/icons-react";
import { isTerminal } from "@/graph/run";
import type { RunCommand } from "./command";

export const pause: RunCommand = {
  id: "pause",
  icon: IconPlayerPause,
  shortcut: "Shift+P",
  blocked: ({ view: { status } }) => {
    if (isTerminal(status)) return "ended";
    if (status === "cancelling" || status === "compensating") return status;
    return status === "paused" ? "paused" : null;
  },
  perform: ({ show }) => show("pause"),
};
