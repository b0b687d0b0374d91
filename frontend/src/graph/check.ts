/** What can be seen wrong without the server; the server says the rest (`validate`). Messages are catalogue keys. */

import { inputOf } from "./connect";
import { expressionsIn, stepsNamed } from "./expressions";
import type { Draft, Placement } from "./model";
import { acceptsInput, switchCases } from "./ports";
import { resolve } from "./schema";
import { agentOf, type Catalogue, inputSchema } from "./scope";

/** A finding: `code` is the key under `canvas:problem`, the rest as in the server's `Problem`. */
export interface Finding {
  code: "required" | "unknownStep" | "noAgent" | "noExpression" | "unconnected";
  severity: "error" | "warning";
  node: string;
  field: string;
  values: Record<string, string>;
}

export function check(draft: Draft, catalogue: Catalogue): Finding[] {
  return draft.structure.nodes.flatMap((node) => [
    ...missingInput(draft, node, catalogue),
    ...missingExpression(draft, node),
    ...unknownSteps(draft, node),
    ...unconnected(draft, node),
  ]);
}

function finding(node: string, code: Finding["code"], field: string, values = {}): Finding {
  return { code, severity: code === "unconnected" ? "warning" : "error", node, field, values };
}

function missingInput(draft: Draft, { id, kind }: Placement, catalogue: Catalogue): Finding[] {
  const fields = draft.fields[id];
  const agent = agentOf(kind, fields);
  if (agent && !agent[0]) return [finding(id, "noAgent", "/agent")];
  const schema = inputSchema(kind, fields, catalogue);
  const input = inputOf(draft, id);
  return (schema?.required ?? [])
    .filter(
      (name) =>
        isEmpty(input[name]) && resolve(schema?.properties?.[name] ?? {}, schema ?? {}).default === undefined,
    )
    .map((name) =>
      finding(id, "required", `/input/${name}`, { name: schema?.properties?.[name]?.title ?? name }),
    );
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

function missingExpression(draft: Draft, { id, kind }: Placement): Finding[] {
  const fields = draft.fields[id] ?? {};
  if (kind === "condition" && isEmpty(fields.expression)) return [finding(id, "noExpression", "/expression")];
  if (kind === "map" && isEmpty(fields.items)) return [finding(id, "noExpression", "/items")];
  if (kind !== "switch") return [];
  return switchCases(fields).flatMap((item, index) =>
    isEmpty(item.expression) ? [finding(id, "noExpression", `/cases/${index}/expression`)] : [],
  );
}

function unknownSteps(draft: Draft, { id }: Placement): Finding[] {
  return expressionsIn(draft.fields[id]).flatMap(({ pointer, text }) =>
    stepsNamed(text)
      .filter((step) => !(step in draft.fields))
      .map((step) => finding(id, "unknownStep", pointer, { step })),
  );
}

function unconnected(draft: Draft, { id, kind, parent }: Placement): Finding[] {
  if (parent || !acceptsInput(kind)) return [];
  const reached = draft.structure.edges.some((edge) => edge.target === id);
  return reached ? [] : [finding(id, "unconnected", "")];
}
