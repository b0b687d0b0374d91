import { IconLayoutAlignLeft } from "@tabler/icons-react";
import { alignSelection, canAlign } from "../alignSelection";
import type { Command } from "./command";

export const alignLeft: Command = {
  id: "alignLeft",
  label: "alignLeft",
  icon: IconLayoutAlignLeft,
  shortcuts: ["Alt+A"],
  group: "arrange",
  enabled: canAlign,
  perform: (editor) => alignSelection(editor, "left"),
};
