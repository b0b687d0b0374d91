import { IconArrowRightCircle } from "@tabler/icons-react";
import { isTerminal } from "@/graph/run";
import type { RunCommand } from "./command";

export const continueAsNew: RunCommand = {
  id: "continue",
  icon: IconArrowRightCircle,
  blocked: ({ view: { status, startedAt } }) => {
    if (isTerminal(status)) return "ended";
    if (status === "cancelling" || status === "compensating") return status;
    return startedAt === null ? "notBegun" : null;
  },
  perform: ({ show }) => show("continue"),
};
