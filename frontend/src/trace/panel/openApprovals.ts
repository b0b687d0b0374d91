import { isTerminal, type RunView } from "@/graph/run";
import type { StepView } from "@/graph/runTypes";

/** The steps that wait for somebody's decision, the one that waits longest first. */
export function openApprovals(view: RunView): StepView[] {
  if (isTerminal(view.status)) return [];
  return [...view.steps.values()]
    .filter(({ status, wait }) => status === "waiting" && wait?.kind === "approval")
    .sort((a, b) => (a.wait?.since ?? 0) - (b.wait?.since ?? 0));
}

/** Bring the form of the selected approval into view and give it the keyboard. */
export function toApproval(): void {
  requestAnimationFrame(() => {
    const card = document.querySelector<HTMLElement>("[data-approval]");
    card?.scrollIntoView({ block: "nearest" });
    card?.querySelector<HTMLElement>("input, textarea, select, button")?.focus();
  });
}
