import { IconLayoutAlignRight } from "@tabler/icons-react";
import { alignSelection, canAlign } from "../alignSelection";
import type { Command } from "./command";

export const alignRight: Command = {
  id: "alignRight",
  label: "alignRight",
  icon: IconLayoutAlignRight,
  shortcuts: ["Alt+D"],
  group: "arrange",
  enabled: canAlign,
  perform: (editor) => alignSelection(editor, "right"),
};
