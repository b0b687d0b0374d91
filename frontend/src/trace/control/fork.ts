import { IconGitFork } from "@tabler/icons-react";
import type { RunCommand } from "./command";

export const fork: RunCommand = {
  id: "fork",
  icon: IconGitFork,
  shortcut: "Shift+F",
  blocked: ({ view }) => (view.startedAt === null ? "notBegun" : null),
  perform: ({ show }) => show("fork"),
};
