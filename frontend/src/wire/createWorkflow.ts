import { inOwnWords } from "@/i18n/templateWords";
import * as api from "./api";
import type { WorkflowDetail } from "./types";

/** Makes a workflow; its steps are titled in the reader's language, unless it comes from a graph of one's own. */
export async function createWorkflow(body: api.NewWorkflow): Promise<WorkflowDetail> {
  const made = await api.createWorkflow(body);
  const graph = body.graph ? made.draft.graph : inOwnWords(made.draft.graph);
  if (graph !== made.draft.graph) {
    // Without it the steps keep their English titles: no reason to speak of a workflow that was not made.
    await api.saveDraft(made.id, graph, made.draft.revision).catch(() => undefined);
  }
  return made;
}
