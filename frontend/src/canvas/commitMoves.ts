import type { NodeChange } from "@xyflow/react";
import { type Move, move } from "@/graph/edit";
import { type Draft, MAX_NESTING } from "@/graph/model";
import { depthOf, heightOf, withContents } from "@/graph/walk";
import type { Editor } from "./editor";
import type { StepFlowNode } from "./flowElements";
import { absolute, containerAt } from "./place";

/** When a drag or an arrow key has ended: tell the document, and let containers take in or give out what was moved. */
export function commitMoves(editor: Editor, changes: readonly NodeChange<StepFlowNode>[]): void {
  const { draft, change } = editor.document();
  const moves: Move[] = [];
  for (const item of changes) {
    if (item.type !== "position" || item.dragging || !item.position) continue;
    const before = draft.structure.nodes.find((node) => node.id === item.id);
    if (!before) continue;
    if (before.position.x === item.position.x && before.position.y === item.position.y) continue;
    moves.push({ id: item.id, position: item.position });
  }
  if (moves.length === 0) return;
  const settled = moves.map((item) => settle(editor, draft, item, moves));
  change((current) => move(current, settled), "move");
}

/** A step whose middle was dropped into another container belongs to it, unless its edges hold it where it was. */
function settle(editor: Editor, draft: Draft, item: Move, moves: readonly Move[]): Move {
  const node = draft.structure.nodes.find((other) => other.id === item.id);
  if (!node || node.kind === "start" || node.kind === "end" || node.kind === "group") return item;
  if (node.parent && moves.some((other) => other.id === node.parent)) return item;
  const linked = draft.structure.edges.some((edge) => edge.source === node.id || edge.target === node.id);
  const origin = node.parent ? absolute(editor, node.parent) : { x: 0, y: 0 };
  const here = { x: item.position.x + origin.x, y: item.position.y + origin.y };
  const { width, height } = editor.measure(node.id);
  const inside = withContents(draft.structure, [node.id]);
  const parent = containerAt(editor, draft, { x: here.x + width / 2, y: here.y + height / 2 }, inside);
  if (parent === node.parent) return item;
  const deep = parent ? depthOf(draft.structure, parent) + 1 + heightOf(draft.structure, node.id) : 0;
  if (deep > MAX_NESTING) {
    editor.say(editor.t("refused.tooDeep", { most: MAX_NESTING }), "error");
    return item;
  }
  if (linked) {
    editor.say(editor.t("heldByEdges", { step: editor.titleOf(node.id) }));
    return item;
  }
  const target = parent ? absolute(editor, parent) : { x: 0, y: 0 };
  return { id: node.id, parent, position: { x: here.x - target.x, y: here.y - target.y } };
}
