import { IconPlayerPlay } from "@tabler/icons-react";
import { isTerminal } from "@/graph/run";
import type { RunCommand } from "./command";

export const resume: RunCommand = {
  id: "resume",
  icon: IconPlayerPlay,
  shortcut: "Shift+P",
  blocked: ({ view: { status } }) => {
    if (isTerminal(status)) return "ended";
    return status === "paused" ? null : "notPaused";
  },
  perform: ({ show }) => show("resume"),
};
