import { IconAlertTriangle } from "@tabler/icons-react";
import type { Command } from "./command";

export const showProblems: Command = {
  id: "showProblems",
  label: "showProblems",
  icon: IconAlertTriangle,
  shortcuts: ["mod+Shift+M"],
  group: "view",
  perform: (editor) => editor.view().toggle("problemsOpen"),
};
