import { move } from "@/graph/edit";
import { type Alignment, align } from "@/graph/layout";
import type { Editor } from "./editor";

/** Two or more steps in the same container. */
export function canAlign(editor: Editor): boolean {
  const { nodes } = editor.view();
  const parents = editor
    .document()
    .draft.structure.nodes.filter((node) => nodes.has(node.id))
    .map((node) => node.parent);
  return parents.length > 1 && new Set(parents).size === 1;
}

export function alignSelection(editor: Editor, how: Alignment): void {
  const { nodes } = editor.view();
  const boxes = editor
    .document()
    .draft.structure.nodes.filter((node) => nodes.has(node.id))
    .map((node) => ({ id: node.id, ...node.position, ...editor.measure(node.id) }));
  editor.document().change((draft) => move(draft, align(boxes, how)));
}
