import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { placedDraft } from "@/graph/placed";
import { useProblems } from "@/stores/problems";
import { useSaving } from "@/stores/saving";
import { isProblem } from "@/wire/problem";
import { keys } from "@/wire/queries";
import { restoreVersion } from "@/wire/versions";
import type { Editor } from "../editor";
import { FIT } from "../keepInView";
import { conflictOf, saveNow } from "../saving";

/** Makes a version the draft again, on the server and on the canvas, where undo brings back what was there. */
export function useRestore(workflow: string, editor: Editor) {
  const { t } = useTranslation("versions");
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ number, reason }: { number: number; reason: string }) => {
      // what is on the canvas goes to the server first: a newer draft of somebody else is noticed, and undo has it
      if (!(await saveNow())) throw new Error(t("restore.notSaved"));
      return restoreVersion(workflow, number, useSaving.getState().revision, reason);
    },
    onSuccess: ({ graph, revision, problems }) => {
      editor.document().change(() => placedDraft(graph));
      useSaving.getState().set({ revision, saved: editor.document().draft, problem: null });
      useProblems.getState().set(problems);
      editor.view().select([]);
      requestAnimationFrame(() => void editor.flow.fitView(FIT));
      void client.invalidateQueries({ queryKey: keys.workflows });
    },
    onError: (error) => {
      if (isProblem(error, "draft_conflict")) useSaving.getState().set({ conflict: conflictOf(error) });
    },
  });
}
