import { IconFileTypography } from "@tabler/icons-react";
import { useSaving } from "@/stores/saving";
import { exportAddress } from "@/wire/documents";
import { saveNow } from "../saving";
import type { Command } from "./command";

export const exportYaml: Command = {
  id: "exportYaml",
  label: "exportYaml",
  icon: IconFileTypography,
  group: "workflow",
  perform: async (editor) => {
    const { workflow } = useSaving.getState();
    if (!workflow) return;
    if (!(await saveNow())) return editor.say(editor.t("exportNotSaved"), "error");
    const link = document.createElement("a");
    link.href = exportAddress(workflow);
    link.download = "";
    link.click();
  },
};
