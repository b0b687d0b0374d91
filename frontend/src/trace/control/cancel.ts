import { IconBan } from "@tabler/icons-react";
import { isTerminal } from "@/graph/run";
import type { RunCommand } from "./command";

export const cancel: RunCommand = {
  id: "cancel",
  icon: IconBan,
  shortcut: "Shift+X",
  blocked: ({ view: { status } }) => {
    if (isTerminal(status)) return "ended";
    return status === "cancelling" || status === "compensating" ? status : null;
  },
  perform: ({ show }) => show("cancel"),
};
