/** What a fork takes over, and what it runs again. */
import { isHandler, nodeFor } from "@/graph/runScopes";
import type { RunView, StepView } from "@/graph/runTypes";

export interface ForkPlan {
  /** Steps that ended before: their outputs are used as recorded, nothing of them is called again. */
  readonly kept: readonly StepView[];
  /** Steps that had begun and run again. */
  readonly again: readonly StepView[];
}

/** The steps one can fork at: those that began, in the order they did. */
export function forkPoints(view: RunView): StepView[] {
  const begun = [...view.steps.values()].filter(({ key, began }) => began > 0 && !isHandler(view, key));
  return begun.sort((a, b) => a.began - b.began);
}

/** The last event to take over so that `step` runs again. */
export function before(step: StepView): number {
  return Math.max(1, step.began - 1);
}

export function forkPlan(view: RunView, after: number): ForkPlan {
  const points = forkPoints(view);
  return {
    kept: points.filter(({ ended }) => ended > 0 && ended <= after),
    again: points.filter(({ ended, status }) => (ended === 0 || ended > after) && status !== "skipped"),
  };
}

/** The finished steps whose recorded output may be put in order by hand. */
export function editable(view: RunView, { kept }: ForkPlan): StepView[] {
  return kept.filter(({ key, status }) => {
    const kind = nodeFor(view, key)?.kind;
    return (status === "completed" || status === "compensated") && kind !== "start" && kind !== "end";
  });
}

/** The entries of `next` that differ from those of `given`. */
export function changed(given: Readonly<Record<string, unknown>>, next: Readonly<Record<string, unknown>>) {
  const entries = Object.entries(next).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(given[name]),
  );
  return Object.fromEntries(entries);
}
