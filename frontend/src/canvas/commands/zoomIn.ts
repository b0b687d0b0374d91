import { IconZoomIn } from "@tabler/icons-react";
import type { Command } from "./command";

export const zoomIn: Command = {
  id: "zoomIn",
  label: "zoomIn",
  icon: IconZoomIn,
  shortcuts: ["mod+=", "mod++"],
  group: "view",
  perform: (editor) => void editor.flow.zoomIn({ duration: 120 }),
};
