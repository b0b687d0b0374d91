import { parseGraph, paste } from "@/graph/clipboard";
import type { Graph } from "@/graph/model";
import type { Editor } from "./editor";

const STEP = 32;

/** Add the steps a text holds, beside where they were, and select them. */
export function pasteText(editor: Editor, text: string): void {
  const graph = parseGraph(text);
  if (!graph) {
    editor.say(editor.t("nothingToPaste"), "error");
    return;
  }
  pasteGraph(editor, graph);
}

export function pasteGraph(editor: Editor, graph: Graph): void {
  const { draft, change } = editor.document();
  const result = paste(draft, graph, freeOffset(editor, graph));
  if (result.ids.length === 0) return;
  change(() => result.draft);
  editor.view().select(result.ids);
}

/** Step by step to the lower right until nothing stands exactly there, so that pasting twice shows twice. */
function freeOffset(editor: Editor, graph: Graph): { x: number; y: number } {
  const { nodes } = editor.document().draft.structure;
  const first = graph.nodes?.find((node) => !node.parent)?.position;
  let offset = 0;
  const taken = () =>
    nodes.some(
      (node) => node.position.x === (first?.x ?? 0) + offset && node.position.y === (first?.y ?? 0) + offset,
    );
  while (taken()) offset += STEP;
  return { x: offset, y: offset };
}
