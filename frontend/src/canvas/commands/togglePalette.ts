import { IconLayoutSidebar } from "@tabler/icons-react";
import type { Command } from "./command";

export const togglePalette: Command = {
  id: "togglePalette",
  label: "togglePalette",
  icon: IconLayoutSidebar,
  shortcuts: ["mod+B"],
  group: "view",
  perform: (editor) => editor.view().toggle("paletteOpen"),
};
