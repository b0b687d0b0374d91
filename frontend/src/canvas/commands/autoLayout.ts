import { IconLayoutDistributeHorizontal } from "@tabler/icons-react";
import { move, resize } from "@/graph/edit";
import { arrange } from "@/graph/layout";
import { FIT } from "../keepInView";
import type { Command } from "./command";

export const autoLayout: Command = {
  id: "autoLayout",
  label: "autoLayout",
  icon: IconLayoutDistributeHorizontal,
  shortcuts: ["Shift+L"],
  group: "arrange",
  enabled: (editor) => editor.document().draft.structure.nodes.length > 1,
  perform: (editor) => {
    const { moves, sizes } = arrange(editor.document().draft.structure, editor.measure);
    editor.document().change((draft) => {
      const moved = move(draft, moves);
      return [...sizes].reduce((current, [id, { width, height }]) => {
        const position = current.structure.nodes.find((node) => node.id === id)?.position ?? { x: 0, y: 0 };
        return resize(current, id, { x: width, y: height }, position);
      }, moved);
    });
    requestAnimationFrame(() => void editor.flow.fitView({ ...FIT, duration: 200 }));
  },
};
