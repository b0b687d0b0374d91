import type { Fields, NodeKind } from "./model";

/** The ways out of a node, top to bottom. */
export function outPorts(kind: NodeKind, fields: Fields | undefined): string[] {
  switch (kind) {
    case "end":
    case "note":
    case "group":
      return [];
    case "condition":
      return ["true", "false"];
    case "switch":
      return [...switchCases(fields).map((item) => item.port), "default"];
    default:
      return branchesOnError(fields) ? ["out", "error"] : ["out"];
  }
}

export function acceptsInput(kind: NodeKind): boolean {
  return kind !== "start" && kind !== "note" && kind !== "group";
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
