import { IconLayoutAlignCenter } from "@tabler/icons-react";
import { alignSelection, canAlign } from "../alignSelection";
import type { Command } from "./command";

export const alignCentre: Command = {
  id: "alignCentre",
  label: "alignCentre",
  icon: IconLayoutAlignCenter,
  shortcuts: ["Alt+H"],
  group: "arrange",
  enabled: canAlign,
  perform: (editor) => alignSelection(editor, "centre"),
};
