/** Which graph a step belongs to: the run's own, or that of another workflow or a plan that runs inside a step. */
import { nodeOf, ownerOf, parseIteration, scopeOf } from "./runKeys";
import type { GraphNode, RunStructure } from "./runStructure";
import type { RunView } from "./runTypes";

/** The graph that holds the steps of a scope. */
export function structureAt(view: RunView, scope: string): RunStructure | undefined {
  const owner = ownerOf(scope);
  return owner === "" ? view.structure : view.inner.get(owner);
}

/** The node a step executes. */
export function nodeFor(view: RunView, key: string): GraphNode | undefined {
  return structureAt(view, scopeOf(key))?.nodes.get(nodeOf(key));
}

/** The ids of the nodes that run in a scope, in reading order. */
export function nodesIn(view: RunView, scope: string): readonly string[] {
  const container = parseIteration(scope)?.container;
  return structureAt(view, scope)?.inside.get(container ? nodeOf(container) : "") ?? [];
}

/** Whether the step only ever runs to undo another one. */
export function isHandler(view: RunView, key: string): boolean {
  return structureAt(view, scopeOf(key))?.handlers.has(nodeOf(key)) ?? false;
}
