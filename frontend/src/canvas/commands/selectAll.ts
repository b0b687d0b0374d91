import { IconSelectAll } from "@tabler/icons-react";
import type { Command } from "./command";

export const selectAll: Command = {
  id: "selectAll",
  label: "selectAll",
  icon: IconSelectAll,
  shortcuts: ["mod+A"],
  group: "edit",
  perform: (editor) => editor.view().select(Object.keys(editor.document().draft.fields)),
};
