import { IconPlayerStop } from "@tabler/icons-react";
import { isTerminal } from "@/graph/run";
import type { RunCommand } from "./command";

export const terminate: RunCommand = {
  id: "terminate",
  icon: IconPlayerStop,
  danger: true,
  blocked: ({ view }) => (isTerminal(view.status) ? "ended" : null),
  perform: ({ show }) => show("terminate"),
};
