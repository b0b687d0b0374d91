import { IconClipboard } from "@tabler/icons-react";
import { readClipboard } from "../clipboardText";
import { pasteText } from "../pasteText";
import type { Command } from "./command";

/** From menu and palette; the keyboard's paste comes as the browser's own event, which needs no permission. */
export const paste: Command = {
  id: "paste",
  label: "paste",
  icon: IconClipboard,
  shortcuts: ["mod+V"],
  group: "edit",
  perform: async (editor) => {
    const text = await readClipboard();
    if (text === undefined) editor.say(editor.t("pasteByKey"), "error");
    else pasteText(editor, text);
  },
};
