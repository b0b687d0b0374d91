import { IconZoomOut } from "@tabler/icons-react";
import type { Command } from "./command";

export const zoomOut: Command = {
  id: "zoomOut",
  label: "zoomOut",
  icon: IconZoomOut,
  shortcuts: ["mod+-"],
  group: "view",
  perform: (editor) => void editor.flow.zoomOut({ duration: 120 }),
};
