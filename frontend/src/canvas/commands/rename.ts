import { IconCursorText } from "@tabler/icons-react";
import type { Command } from "./command";

export const rename: Command = {
  id: "rename",
  label: "rename",
  icon: IconCursorText,
  shortcuts: ["F2"],
  group: "edit",
  enabled: (editor) => editor.view().nodes.size === 1,
  perform: (editor) => {
    const [node] = editor.view().nodes;
    if (node) editor.view().show({ tab: "settings", focus: { node, field: "/title" } });
  },
};
