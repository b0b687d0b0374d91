import { IconRotateClockwise2 } from "@tabler/icons-react";
import type { RunCommand } from "./command";

export const newest: RunCommand = {
  id: "newest",
  icon: IconRotateClockwise2,
  blocked: () => null,
  perform: ({ show }) => show("newest"),
};
