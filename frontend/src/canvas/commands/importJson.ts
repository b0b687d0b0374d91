import { IconUpload } from "@tabler/icons-react";
import type { Command } from "./command";

export const importJson: Command = {
  id: "importJson",
  label: "importJson",
  icon: IconUpload,
  shortcuts: [],
  group: "workflow",
  perform: (editor) => editor.view().show({ dialog: "import" }),
};
