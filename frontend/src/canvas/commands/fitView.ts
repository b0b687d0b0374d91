import { IconMaximize } from "@tabler/icons-react";
import { FIT } from "../keepInView";
import type { Command } from "./command";

export const fitView: Command = {
  id: "fitView",
  label: "fitView",
  icon: IconMaximize,
  shortcuts: ["Shift+1"],
  group: "view",
  perform: (editor) => void editor.flow.fitView({ ...FIT, duration: 200 }),
};
