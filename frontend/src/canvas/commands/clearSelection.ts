import { IconDeselect } from "@tabler/icons-react";
import type { Command } from "./command";

export const clearSelection: Command = {
  id: "clearSelection",
  label: "clearSelection",
  icon: IconDeselect,
  shortcuts: ["Escape"],
  group: "edit",
  perform: (editor) => editor.view().select([]),
};
