import { IconCut } from "@tabler/icons-react";
import { copyText } from "@/graph/clipboard";
import { writeClipboard } from "../clipboardText";
import { type Command, hasNodes } from "./command";
import { remove } from "./remove";

export const cut: Command = {
  id: "cut",
  label: "cut",
  icon: IconCut,
  shortcuts: ["mod+X"],
  group: "edit",
  enabled: hasNodes,
  perform: async (editor) => {
    await writeClipboard(copyText(editor.document().draft, editor.view().nodes));
    await remove.perform(editor);
  },
};
