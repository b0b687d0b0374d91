import { IconAdjustments } from "@tabler/icons-react";
import type { Command } from "./command";

/** Show or hide what holds for every run of the workflow. */
export const graphSettings: Command = {
  id: "graphSettings",
  label: "graphSettings",
  icon: IconAdjustments,
  shortcuts: ["mod+,"],
  group: "workflow",
  perform: (editor) => {
    const { settingsOpen, nodes, edges, select, show } = editor.view();
    const seen = settingsOpen && nodes.size === 0 && edges.size === 0;
    select([]);
    show({ settingsOpen: !seen });
  },
};
