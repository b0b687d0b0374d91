/** The shape of a draft: containers, ports, handlers, what nothing leads to; as the server's `validate/topology.py`. */
import type { Finding, ProblemCode } from "./check";
import { handlersOf, isCompensation } from "./compensation";
import { type Draft, isContainer, isDecoration, MAX_NESTING, type Placement } from "./model";
import { acceptsInput, allPorts } from "./ports";
import { traitsOf } from "./traits";
import { depthOf } from "./walk";

export function checkTopology(draft: Draft): Finding[] {
  return draft.structure.nodes.flatMap((node) => [
    ...containers(draft, node),
    ...unknownPorts(draft, node),
    ...compensation(draft, node),
    ...unconnected(draft, node),
  ]);
}

function finding(node: string, code: ProblemCode, values: Record<string, string> = {}): Finding {
  return { code, severity: code === "unconnected" ? "warning" : "error", node, field: "", values };
}

function containers(draft: Draft, { id, kind, parent }: Placement): Finding[] {
  const found: Finding[] = [];
  const inside = draft.structure.nodes.some((node) => node.parent === id && !isDecoration(node.kind));
  if (isContainer(kind) && !inside) found.push(finding(id, "emptyContainer"));
  if (parent && (kind === "start" || kind === "end")) found.push(finding(id, "notInside"));
  if (depthOf(draft.structure, id) > MAX_NESTING)
    found.push(finding(id, "tooDeep", { most: String(MAX_NESTING) }));
  return found;
}

function unknownPorts(draft: Draft, { id, kind }: Placement): Finding[] {
  const ports = allPorts(kind, draft.fields[id]);
  return draft.structure.edges
    .filter((edge) => edge.source === id && !ports.includes(edge.port))
    .map((edge) => finding(id, isCompensation(edge) ? "cannotUndo" : "unknownPort", { port: edge.port }));
}

/** A handler has the one edge from the step it undoes and no other, and a step has one handler. */
function compensation(draft: Draft, { id, kind }: Placement): Finding[] {
  const { edges } = draft.structure;
  const found: Finding[] = [];
  if (edges.filter((edge) => edge.source === id && isCompensation(edge)).length > 1)
    found.push(finding(id, "secondHandler"));
  if (!handlersOf(draft.structure).has(id)) return found;
  const touching = edges.filter((edge) => edge.source === id || edge.target === id);
  if (!traitsOf(kind).handler) found.push(finding(id, "notHandler"));
  if (touching.length > 1) found.push(finding(id, "handlerLinked"));
  return found;
}

function unconnected(draft: Draft, { id, kind, parent }: Placement): Finding[] {
  if (parent || !acceptsInput(kind)) return [];
  const reached = draft.structure.edges.some((edge) => edge.target === id);
  return reached ? [] : [finding(id, "unconnected")];
}
