import type { RunView } from "@/graph/run";
import { placeOf } from "@/graph/runKeys";
import { nodeFor } from "@/graph/runScopes";
import type { Graph, RunDetail } from "@/wire/types";

/** The graph that runs inside a step: another workflow's, or a plan's once it is made; null: there is none. */
export function graphInside(run: Pick<RunDetail, "subgraphs">, view: RunView, step: string): Graph | null {
  const plan = view.steps.get(step)?.plan;
  if (plan) return plan.graph;
  const node = nodeFor(view, step);
  return node?.kind === "workflow" ? (run.subgraphs?.[node.version_id ?? ""] ?? null) : null;
}

/** The node a step or an iteration belongs to in the graph that runs inside `scope` ("": the run's own); null: none. */
export function nodeWithin(key: string, scope: string): string | null {
  const place = placeOf(key.replace(/\[\d+\]$/, ""));
  const prefix = scope ? `${placeOf(scope)}/` : "";
  if (!place.startsWith(prefix)) return null;
  return place.slice(prefix.length).split("/")[0] || null;
}
