import { IconDownload } from "@tabler/icons-react";
import { toGraph } from "@/graph/model";
import type { Command } from "./command";

export const exportJson: Command = {
  id: "exportJson",
  label: "exportJson",
  icon: IconDownload,
  group: "workflow",
  perform: (editor) => {
    const text = JSON.stringify(toGraph(editor.document().draft), null, 2);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = `${document.title.split(" · ")[0] || "workflow"}.workflow.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
  },
};
