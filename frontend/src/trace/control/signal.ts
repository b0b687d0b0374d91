import { IconBellRinging } from "@tabler/icons-react";
import { isTerminal } from "@/graph/run";
import type { RunView } from "@/graph/runTypes";
import type { RunCommand } from "./command";

export const signal: RunCommand = {
  id: "signal",
  icon: IconBellRinging,
  shortcut: "Shift+S",
  blocked: ({ view }) => {
    if (isTerminal(view.status)) return "ended";
    return takesSignals(view) ? null : "noSignals";
  },
  perform: ({ show }) => show("signal"),
};

/** Steps that run other workflows or plans may wait for signals of their own. */
function takesSignals(view: RunView): boolean {
  const kinds = new Set([...view.structure.nodes.values()].map((node) => node.kind));
  return kinds.has("signal") || kinds.has("workflow") || kinds.has("plan");
}
