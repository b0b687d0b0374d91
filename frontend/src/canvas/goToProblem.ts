import type { Problem } from "@/wire/generated";
import type { Editor } from "./editor";
import { tabFor } from "./inspector/tabs";

/** Select the problem's step, bring it into view and put the cursor into its field. */
export function goToProblem(editor: Editor, problem: Problem): void {
  const { draft } = editor.document();
  if (problem.edge) editor.view().select([], [problem.edge]);
  const placement = draft.structure.nodes.find((node) => node.id === problem.node);
  if (!placement) return;
  editor.view().select([placement.id]);
  const field = problem.field ?? "";
  editor.view().show({ tab: tabFor(placement.kind, field), focus: { node: placement.id, field } });
  const { width, height } = editor.measure(placement.id);
  const { x, y } =
    editor.flow.getInternalNode(placement.id)?.internals.positionAbsolute ?? placement.position;
  void editor.flow.setCenter(x + width / 2, y + height / 2, {
    zoom: Math.max(0.8, editor.flow.getZoom()),
    duration: 200,
  });
}
