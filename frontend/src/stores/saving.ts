import { create } from "zustand";
import type { Draft } from "@/graph/model";
import type { ApiProblem } from "@/wire/problem";

export interface Conflict {
  revision: number;
  by: string | null;
  at: string;
}

type SavingState = {
  workflow: string | null;
  /** The slug of its project; empty while none is open. */
  project: string;
  revision: number;
  /** The draft the server has; another identity means there is something to save. */
  saved: Draft | null;
  /** The draft as it was opened here, or published last; another identity means that somebody is in the middle of editing. */
  settled: Draft | null;
  busy: boolean;
  problem: ApiProblem | null;
  conflict: Conflict | null;
  set(patch: Partial<Omit<SavingState, "set">>): void;
};

/** How the open draft stands to the server's. */
export const useSaving = create<SavingState>((set) => ({
  workflow: null,
  project: "",
  revision: 0,
  saved: null,
  settled: null,
  busy: false,
  problem: null,
  conflict: null,
  set: (patch) => set(patch),
}));

export type SaveStatus = "saved" | "saving" | "unsaved" | "conflict" | "failed";

export function saveStatus(state: Omit<SavingState, "set">, draft: Draft): SaveStatus {
  if (state.conflict) return "conflict";
  if (state.busy) return "saving";
  if (state.problem) return "failed";
  return state.saved === draft ? "saved" : "unsaved";
}
