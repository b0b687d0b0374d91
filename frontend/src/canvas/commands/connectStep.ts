import { IconArrowRight } from "@tabler/icons-react";
import { firstPort } from "../place";
import type { Command } from "./command";

/** Draw an edge from the selected step, without a mouse. */
export const connectStep: Command = {
  id: "connectStep",
  label: "connectStep",
  icon: IconArrowRight,
  shortcuts: ["C"],
  group: "edit",
  enabled: (editor) => {
    const [node, ...others] = editor.view().nodes;
    return (
      node !== undefined && others.length === 0 && firstPort(editor.document().draft, node) !== undefined
    );
  },
  perform: (editor) => editor.view().show({ dialog: "connect" }),
};
