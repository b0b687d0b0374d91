import { IconLayoutAlignMiddle } from "@tabler/icons-react";
import { alignSelection, canAlign } from "../alignSelection";
import type { Command } from "./command";

export const alignMiddle: Command = {
  id: "alignMiddle",
  label: "alignMiddle",
  icon: IconLayoutAlignMiddle,
  shortcuts: ["Alt+V"],
  group: "arrange",
  enabled: canAlign,
  perform: (editor) => alignSelection(editor, "middle"),
};
