import { IconCopyPlus } from "@tabler/icons-react";
import { copyText } from "@/graph/clipboard";
import { pasteText } from "../pasteText";
import { type Command, hasNodes } from "./command";

export const duplicate: Command = {
  id: "duplicate",
  label: "duplicate",
  icon: IconCopyPlus,
  shortcuts: ["mod+D"],
  group: "edit",
  enabled: hasNodes,
  perform: (editor) => pasteText(editor, copyText(editor.document().draft, editor.view().nodes)),
};
