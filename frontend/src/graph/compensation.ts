/** Compensation: an edge from a step's `compensate` port to the handler that undoes it when the run fails later. */
import type { Edge, Structure } from "./model";

export const COMPENSATE = "compensate";

export function isCompensation(edge: Pick<Edge, "port">): boolean {
  return edge.port === COMPENSATE;
}

/** By handler: the step it undoes. */
export function handlersOf(structure: Structure): ReadonlyMap<string, string> {
  return new Map(structure.edges.filter(isCompensation).map(({ source, target }) => [target, source]));
}
