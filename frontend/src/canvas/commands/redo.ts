import { IconArrowForwardUp } from "@tabler/icons-react";
import type { Command } from "./command";

export const redo: Command = {
  id: "redo",
  label: "redo",
  icon: IconArrowForwardUp,
  shortcuts: ["mod+Shift+Z", "mod+Y"],
  group: "edit",
  enabled: (editor) => editor.document().history.future.length > 0,
  perform: (editor) => editor.document().redo(),
};
