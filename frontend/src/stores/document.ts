import { create } from "zustand";
import { begin, type History, push, redo, undo } from "@/graph/history";
import { type Draft, EMPTY_DRAFT, type Graph } from "@/graph/model";
import { placedDraft } from "@/graph/placed";

type Change = (draft: Draft) => Draft;

type DocumentState = {
  history: History<Draft>;
  /** The workflow as it stands: structure apart from field values. */
  draft: Draft;
  open(graph: Graph): void;
  /** One undoable change; changes of the same `group` soon after one another are undone together. */
  change(change: Change, group?: string): void;
  undo(): void;
  redo(): void;
};

/** The workflow that is open in the designer. */
export const useDocument = create<DocumentState>((set, get) => {
  const show = (history: History<Draft>) => set({ history, draft: history.present });
  return {
    history: begin(EMPTY_DRAFT),
    draft: EMPTY_DRAFT,
    open: (graph) => show(begin(placedDraft(graph))),
    change: (change, group) => {
      const { history } = get();
      show(push(history, change(history.present), Date.now(), group ?? null));
    },
    undo: () => show(undo(get().history)),
    redo: () => show(redo(get().history)),
  };
});
