import { COMPENSATE } from "./compensation";
import { type Fields, isDecoration, type NodeKind } from "./model";
import { traitsOf } from "./traits";

/** The ways on from a node, top to bottom. */
export function outPorts(kind: NodeKind, fields: Fields | undefined): string[] {
  if (kind === "end" || isDecoration(kind)) return [];
  const failing = traitsOf(kind).guarded && branchesOnError(fields) ? ["error"] : [];
  return [...ownPorts(kind, fields), ...failing];
}

function ownPorts(kind: NodeKind, fields: Fields | undefined): string[] {
  switch (kind) {
    case "condition":
      return ["true", "false"];
    case "switch":
      return [...switchCases(fields).map((item) => item.port), "default"];
    case "approval":
      return ["approved", "rejected"];
    default:
      return ["out"];
  }
}

/** Every port an edge may leave by: the ways on, and the one to the handler that undoes the step. */
export function allPorts(kind: NodeKind, fields: Fields | undefined): string[] {
  const ways = outPorts(kind, fields);
  return traitsOf(kind).undoable ? [...ways, COMPENSATE] : ways;
}

export function acceptsInput(kind: NodeKind): boolean {
  return kind !== "start" && !isDecoration(kind);
}

export interface SwitchCase {
  port: string;
  expression: string;
}

export function switchCases(fields: Fields | undefined): SwitchCase[] {
  return Array.isArray(fields?.cases) ? (fields.cases as SwitchCase[]) : [];
}

function branchesOnError(fields: Fields | undefined): boolean {
  const onError = fields?.on_error as { action?: string } | undefined;
  return onError?.action === "branch";
}
