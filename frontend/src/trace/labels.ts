import i18next, { type TFunction } from "i18next";
import { nodeOf, parseIteration, placeOf, scopeOf } from "@/graph/runKeys";
import { nodeFor } from "@/graph/runScopes";
import type { GraphNode } from "@/graph/runStructure";
import type { RunView, StepStatus, StepView } from "@/graph/runTypes";
import { localText } from "@/i18n/localText";
import { useCatalogue } from "@/stores/catalogue";

/** What a node is called, as on the canvas: its title, else its agent's, else its kind. */
export function nodeLabel(node: GraphNode, t: TFunction<"trace">): string {
  if (node.title) return node.title;
  if (node.kind === "agent" && node.agent) return agentTitle(node.agent);
  if (node.kind === "workflow" && node.workflow) return node.workflow;
  return t(`kind.${node.kind}`);
}

function agentTitle(name: string): string {
  return localText(useCatalogue.getState().agents.get(name)?.title, i18next.language) || name;
}

/** What a step or an iteration is called, with the iterations it stands in. */
export function stepLabel(view: RunView, key: string, t: TFunction<"trace">): string {
  const iteration = parseIteration(key);
  if (iteration) {
    const number = t("waterfall.iteration", { number: iteration.index + 1 });
    return `${stepLabel(view, iteration.container, t)} · ${number}`;
  }
  const node = nodeFor(view, key);
  const label = node ? nodeLabel(node, t) : key;
  const indexes = [...scopeOf(key).matchAll(/\[(\d+)\]/g)].map((match) => Number(match[1]) + 1);
  return indexes.length > 0 ? `${label} · ${indexes.join(".")}` : label;
}

const URGENCY: readonly StepStatus[] = [
  "failed",
  "retrying",
  "running",
  "queued",
  "waiting",
  "cancelled",
  "compensated",
  "completed",
  "continued",
  "skipped",
  "pending",
];

/** Of all executions of a node, given by its place, the one a reader wants to see first. */
export function stepOfNode(view: RunView, place: string): string | null {
  if (view.steps.has(place)) return place;
  const node = nodeOf(place);
  let best: StepView | null = null;
  for (const step of view.steps.values()) {
    if (step.node !== node || placeOf(step.key) !== place) continue;
    if (!best || URGENCY.indexOf(step.status) < URGENCY.indexOf(best.status)) best = step;
  }
  return best?.key ?? null;
}
