import { IconArrowBackUp } from "@tabler/icons-react";
import type { Command } from "./command";

export const undo: Command = {
  id: "undo",
  label: "undo",
  icon: IconArrowBackUp,
  shortcuts: ["mod+Z"],
  group: "edit",
  enabled: (editor) => editor.document().history.past.length > 0,
  perform: (editor) => editor.document().undo(),
};
