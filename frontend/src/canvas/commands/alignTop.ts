import { IconLayoutAlignTop } from "@tabler/icons-react";
import { alignSelection, canAlign } from "../alignSelection";
import type { Command } from "./command";

export const alignTop: Command = {
  id: "alignTop",
  label: "alignTop",
  icon: IconLayoutAlignTop,
  shortcuts: ["Alt+W"],
  group: "arrange",
  enabled: canAlign,
  perform: (editor) => alignSelection(editor, "top"),
};
