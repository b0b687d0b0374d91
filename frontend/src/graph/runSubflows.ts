/** Graphs that run inside steps: other workflows, and plans that were made on the way. */
import type { SubflowStarted } from "@/wire/generated";
import { childKey, nodeOf, ownerOf, parseIteration, placeOf, scopeOf } from "./runKeys";
import { type GraphNode, type RunStructure, structureOf } from "./runStructure";
import { expectMore } from "./runTally";
import type { RunView } from "./runTypes";

/** A graph that is not at hand: it grows by what the events name. */
class FoundStructure implements RunStructure {
  readonly nodes = new Map<string, GraphNode>();
  readonly inside = new Map<string, string[]>();
  readonly handlers = new Map<string, string>();

  add(node: string, container: string): void {
    if (this.nodes.has(node)) return;
    this.nodes.set(node, { kind: "agent", id: node, title: node });
    this.inside.set(container, [...(this.inside.get(container) ?? []), node]);
  }
}

/**
 * Another workflow, or the plan made before, begins inside the step: its own steps are to come. Its start is none of
 * them: it says no more than the step around it.
 */
export function enterSubflow(view: RunView, event: SubflowStarted): void {
  const { step: owner, version_id: version } = event;
  const graph = version ? view.subgraphs[version] : view.steps.get(owner)?.plan?.graph;
  const structure = graph ? structureOf(graph) : new FoundStructure();
  view.inner.set(owner, structure);
  for (const id of structure.inside.get("") ?? []) {
    if (structure.nodes.get(id)?.kind !== "start") expectMore(view, placeOf(childKey(owner, id)), 1);
  }
}

/** A step whose graph is not at hand makes itself known by its first event. */
export function noteFound(view: RunView, key: string): void {
  const owner = ownerOf(scopeOf(key));
  if (owner === "" || view.steps.has(key)) return;
  const structure = view.inner.get(owner) ?? new FoundStructure();
  view.inner.set(owner, structure);
  const container = parseIteration(scopeOf(key))?.container;
  if (structure instanceof FoundStructure) structure.add(nodeOf(key), container ? nodeOf(container) : "");
}
