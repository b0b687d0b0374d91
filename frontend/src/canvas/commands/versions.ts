import { IconHistory } from "@tabler/icons-react";
import type { Command } from "./command";

export const versions: Command = {
  id: "versions",
  label: "versions",
  icon: IconHistory,
  shortcuts: ["mod+Shift+H"],
  group: "workflow",
  perform: (editor) => editor.view().show({ dialog: "versions" }),
};
