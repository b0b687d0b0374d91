import { IconCopy } from "@tabler/icons-react";
import { copyText } from "@/graph/clipboard";
import { writeClipboard } from "../clipboardText";
import { type Command, hasNodes } from "./command";

export const copy: Command = {
  id: "copy",
  label: "copy",
  icon: IconCopy,
  shortcuts: ["mod+C"],
  group: "edit",
  enabled: hasNodes,
  perform: async (editor) => {
    const { nodes } = editor.view();
    await writeClipboard(copyText(editor.document().draft, nodes));
    editor.say(editor.t("copied", { count: nodes.size }));
  },
};
