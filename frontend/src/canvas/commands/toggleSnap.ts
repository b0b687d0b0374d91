import { IconGridDots } from "@tabler/icons-react";
import type { Command } from "./command";

export const toggleSnap: Command = {
  id: "toggleSnap",
  label: "toggleSnap",
  icon: IconGridDots,
  shortcuts: ["G"],
  group: "view",
  perform: (editor) => editor.view().toggle("snap"),
};
