import { IconRocket } from "@tabler/icons-react";
import type { Command } from "./command";

export const publish: Command = {
  id: "publish",
  label: "publish",
  icon: IconRocket,
  shortcuts: ["mod+Shift+P"],
  group: "workflow",
  perform: (editor) => editor.view().show({ dialog: "publish" }),
};
