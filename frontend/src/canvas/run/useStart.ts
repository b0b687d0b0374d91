import { useState } from "react";
import { isLabel, labelsOf } from "@/runs/filters";
import { useProblems } from "@/stores/problems";
import { useSaving } from "@/stores/saving";
import { useView } from "@/stores/view";
import type { Problem } from "@/wire/generated";
import { isProblem } from "@/wire/problem";
import { useStartRun } from "@/wire/queries";
import type { WorkflowDetail } from "@/wire/types";
import type { Editor } from "../editor";
import { saveNow } from "../saving";
import { rememberInput } from "./lastInput";
import type { Runnable } from "./runnable";
import type { Settings } from "./StartSettings";

interface Wanted {
  version: Runnable;
  input: Record<string, unknown>;
  settings: Settings;
}

interface Around {
  workflow: WorkflowDetail;
  editor: Editor;
  onClose(): void;
}

/** Starts a run and shows it on the canvas; a draft is saved first, so that what runs is what is drawn. */
export function useStart({ workflow, editor, onClose }: Around) {
  const start = useStartRun();
  const [unsaved, setUnsaved] = useState(false);
  const begin = async ({ version, input, settings: { priority, labels } }: Wanted) => {
    if (!labels.every(isLabel)) return;
    const saved = version !== "draft" || (await saveNow());
    setUnsaved(!saved);
    if (!saved) return;
    const body = {
      input,
      version,
      ...(priority && { priority }),
      ...(labels.length > 0 && { labels: labelsOf(labels) }),
    };
    const revision = version === "draft" ? { revision: useSaving.getState().revision } : {};
    start.mutate(
      { workflow: workflow.id, body, ...revision },
      {
        onSuccess: ({ run, known }) => {
          rememberInput(workflow.id, input);
          if (known) editor.say(editor.t("runDialog.known"));
          useView.getState().show({ run });
          onClose();
        },
        onError: (error) => {
          if (version === "draft" && isProblem(error, "graph_problems"))
            useProblems.getState().set(error.extra.problems as Problem[]);
        },
      },
    );
  };
  const reset = () => {
    setUnsaved(false);
    start.reset();
  };
  return { begin, reset, busy: start.isPending, error: start.error, unsaved };
}
