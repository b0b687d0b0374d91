import { IconRotateClockwise } from "@tabler/icons-react";
import type { RunCommand } from "./command";

export const again: RunCommand = {
  id: "again",
  icon: IconRotateClockwise,
  shortcut: "Shift+R",
  blocked: () => null,
  perform: ({ show }) => show("again"),
};
