import type { TFunction } from "i18next";
import { isTerminal } from "@/graph/run";
import { isHandler, nodeFor } from "@/graph/runScopes";
import type { RunView, StepView } from "@/graph/runTypes";
import { serverWords } from "@/i18n/serverWords";

/** Why a step never ran, or was cut short, in words; "" for one that did neither. */
export function endWords(view: RunView, key: string, t: TFunction<"trace">): string {
  const step = view.steps.get(key);
  if (step?.status === "cancelled") return serverWords("step_cancelled", step.message);
  if (step && step.status !== "skipped") return "";
  if (step?.message) return serverWords("step_skipped", step.message);
  if (!isTerminal(view.status) || view.status === "continued") return "";
  return t(isHandler(view, key) ? "skipped.notNeeded" : "skipped.runEnded");
}

/** The condition for which a step did not run, as it was written; "" where that was not why. */
export function unmetCondition(view: RunView, step: StepView | null): string {
  if (step?.status !== "skipped" || step.message === "" || step.port === "") return "";
  const node = nodeFor(view, step.key);
  return (node && "run_if" in node && node.run_if) || "";
}
