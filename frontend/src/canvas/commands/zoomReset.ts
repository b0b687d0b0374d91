import { IconZoomReset } from "@tabler/icons-react";
import type { Command } from "./command";

export const zoomReset: Command = {
  id: "zoomReset",
  label: "zoomReset",
  icon: IconZoomReset,
  shortcuts: ["mod+0"],
  group: "view",
  perform: (editor) => void editor.flow.zoomTo(1, { duration: 120 }),
};
