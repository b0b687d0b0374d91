import { create } from "zustand";
import type { Problem } from "@/wire/generated";

const NONE: readonly Problem[] = [];

type ProblemState = {
  all: readonly Problem[];
  byNode: ReadonlyMap<string, readonly Problem[]>;
  set(problems: readonly Problem[]): void;
};

/** What is wrong with the open workflow, as checked last. */
export const useProblems = create<ProblemState>((set) => ({
  all: NONE,
  byNode: new Map(),
  set: (all) => set({ all, byNode: byNode(all) }),
}));

function byNode(problems: readonly Problem[]): Map<string, Problem[]> {
  const map = new Map<string, Problem[]>();
  for (const problem of problems) {
    if (!problem.node) continue;
    map.set(problem.node, [...(map.get(problem.node) ?? []), problem]);
  }
  return map;
}

export function useNodeProblems(id: string): readonly Problem[] {
  return useProblems((state) => state.byNode.get(id) ?? NONE);
}

export function errorsOnly(problems: readonly Problem[]): Problem[] {
  return problems.filter((problem) => problem.severity !== "warning");
}
