import { IconLayoutAlignBottom } from "@tabler/icons-react";
import { alignSelection, canAlign } from "../alignSelection";
import type { Command } from "./command";

export const alignBottom: Command = {
  id: "alignBottom",
  label: "alignBottom",
  icon: IconLayoutAlignBottom,
  shortcuts: ["Alt+S"],
  group: "arrange",
  enabled: canAlign,
  perform: (editor) => alignSelection(editor, "bottom"),
};
