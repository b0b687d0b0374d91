import { IconMaximize } from "@tabler/icons-react";
import type { Command } from "./command";

export const fitView: Command = {
  id: "fitView",
  label: "fitView",
  icon: IconMaximize,
  shortcuts: ["Shift+1"],
  group: "view",
  perform: (editor) => void editor.flow.fitView({ padding: 0.15, maxZoom: 1, duration: 200 }),
};
