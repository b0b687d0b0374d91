import { move } from "@/graph/edit";
import type { Editor } from "../editor";
import { GRID } from "../place";
import { type Command, hasNodes } from "./command";

function by(editor: Editor, x: number, y: number): void {
  const { nodes } = editor.view();
  const moves = editor
    .document()
    .draft.structure.nodes.filter((node) => nodes.has(node.id) && !(node.parent && nodes.has(node.parent)))
    .map((node) => ({ id: node.id, position: { x: node.position.x + x, y: node.position.y + y } }));
  editor.document().change((draft) => move(draft, moves), "nudge");
}

const direction = (name: string, key: string, x: number, y: number): Command => ({
  id: `nudge${name}`,
  label: `nudge${name}`,
  shortcuts: [key],
  group: "arrange",
  enabled: hasNodes,
  perform: (editor) => by(editor, x * GRID, y * GRID),
});

/** The arrow keys: one command for each way. */
export const nudges = [
  direction("Left", "ArrowLeft", -1, 0),
  direction("Right", "ArrowRight", 1, 0),
  direction("Up", "ArrowUp", 0, -1),
  direction("Down", "ArrowDown", 0, 1),
];
