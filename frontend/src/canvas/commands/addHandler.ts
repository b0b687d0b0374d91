import { IconArrowBackUpDouble } from "@tabler/icons-react";
import { COMPENSATE, handlersOf } from "@/graph/compensation";
import { traitsOf } from "@/graph/traits";
import type { Editor } from "../editor";
import type { Command } from "./command";

/** The one selected step, when it can be undone and nothing undoes it yet. */
function undoable(editor: Editor): string | undefined {
  const { nodes } = editor.view();
  const { structure } = editor.document().draft;
  const step = structure.nodes.find((node) => nodes.size === 1 && nodes.has(node.id));
  if (!step || !traitsOf(step.kind).undoable) return undefined;
  const handlers = handlersOf(structure);
  return handlers.has(step.id) || [...handlers.values()].includes(step.id) ? undefined : step.id;
}

/** Ask which step undoes the selected one, and put it below. */
export const addHandler: Command = {
  id: "addHandler",
  label: "addHandler",
  icon: IconArrowBackUpDouble,
  shortcuts: ["U"],
  group: "edit",
  enabled: (editor) => undoable(editor) !== undefined,
  perform: (editor) => {
    const source = undoable(editor);
    if (!source) {
      editor.say(editor.t("selectToUndo"), "error");
      return;
    }
    const box = document.querySelector(`.react-flow__node[data-id="${CSS.escape(source)}"]`);
    const { left = 0, bottom = 0 } = box?.getBoundingClientRect() ?? {};
    const screen = { x: left, y: bottom + 24 };
    const at = editor.flow.screenToFlowPosition(screen);
    editor.view().show({ ask: { screen, at, after: { source, port: COMPENSATE } } });
  },
};
