import { IconKeyboard } from "@tabler/icons-react";
import type { Command } from "./command";

export const showShortcuts: Command = {
  id: "showShortcuts",
  label: "showShortcuts",
  icon: IconKeyboard,
  shortcuts: ["?", "Shift+?"],
  group: "view",
  perform: (editor) => editor.view().show({ dialog: "shortcuts" }),
};
