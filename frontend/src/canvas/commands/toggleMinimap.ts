import { IconMap2 } from "@tabler/icons-react";
import type { Command } from "./command";

export const toggleMinimap: Command = {
  id: "toggleMinimap",
  label: "toggleMinimap",
  icon: IconMap2,
  shortcuts: ["M"],
  group: "view",
  perform: (editor) => editor.view().toggle("minimap"),
};
