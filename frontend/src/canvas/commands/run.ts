import { IconPlayerPlay } from "@tabler/icons-react";
import type { Command } from "./command";

export const run: Command = {
  id: "run",
  label: "run",
  icon: IconPlayerPlay,
  shortcuts: ["mod+Enter"],
  group: "workflow",
  perform: (editor) => editor.view().show({ dialog: "run" }),
};
