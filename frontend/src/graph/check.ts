/** What can be seen wrong without the server; the server says the rest (`validate`). Messages are catalogue keys. */

import type catalogueOfTexts from "@/i18n/en/canvas.json";
import { checkTopology } from "./checkTopology";
import { inputOf } from "./connect";
import { expressionsIn, roundNames, stepsNamed } from "./expressions";
import { type Draft, type Fields, isContainer, type NodeKind, type Placement } from "./model";
import { switchCases } from "./ports";
import { resolve } from "./schema";
import { agentOf, byCapability, type Catalogue, inputSchema } from "./scope";
import { containersOf } from "./walk";

export type ProblemCode = keyof (typeof catalogueOfTexts)["problem"];

/** A finding: `code` is the key under `canvas:problem`, the rest as in the server's `Problem`. */
export interface Finding {
  code: ProblemCode;
  severity: "error" | "warning";
  node: string;
  field: string;
  values: Record<string, string>;
}

export function check(draft: Draft, catalogue: Catalogue): Finding[] {
  return [
    ...draft.structure.nodes.flatMap((node) => [
      ...missingInput(draft, node, catalogue),
      ...missingSettings(draft.fields[node.id] ?? {}, node),
      ...unknownNames(draft, node),
    ]),
    ...checkTopology(draft),
  ];
}

function error(node: string, code: ProblemCode, field: string, values: Record<string, string> = {}): Finding {
  return { code, severity: "error", node, field, values };
}

function missingInput(draft: Draft, { id, kind }: Placement, catalogue: Catalogue): Finding[] {
  const fields = draft.fields[id];
  if (kind === "agent" && byCapability(fields)) {
    return fields?.capability ? [] : [error(id, "noCapability", "/capability")];
  }
  const agent = agentOf(kind, fields);
  if (agent && !agent[0])
    return [kind === "workflow" ? error(id, "noWorkflow", "/workflow") : error(id, "noAgent", "/agent")];
  const schema = inputSchema(kind, fields, catalogue);
  const input = inputOf(draft, id);
  return (schema?.required ?? [])
    .filter(
      (name) =>
        isEmpty(input[name]) && resolve(schema?.properties?.[name] ?? {}, schema ?? {}).default === undefined,
    )
    .map((name) =>
      error(id, "required", `/input/${name}`, { name: schema?.properties?.[name]?.title ?? name }),
    );
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** The one setting a kind says nothing without, and the problem when it is empty. */
const NEEDED: Readonly<Partial<Record<NodeKind, [field: string, code: ProblemCode]>>> = {
  condition: ["expression", "noExpression"],
  map: ["items", "noExpression"],
  loop: ["condition", "noExpression"],
  signal: ["name", "noSignal"],
  intent: ["goal", "noGoal"],
  plan: ["instruction", "noInstruction"],
};

function missingSettings(fields: Fields, { id, kind }: Placement): Finding[] {
  const needed = NEEDED[kind];
  if (needed && isEmpty(fields[needed[0]])) return [error(id, needed[1], `/${needed[0]}`)];
  if (kind === "wait" && isEmpty(fields.seconds) && isEmpty(fields.until))
    return [error(id, "noWait", "until" in fields ? "/until" : "/seconds")];
  if (kind === "approval") return tooManyNeeded(fields, id);
  if (kind !== "switch") return [];
  return switchCases(fields).flatMap((item, index) =>
    isEmpty(item.expression) ? [error(id, "noExpression", `/cases/${index}/expression`)] : [],
  );
}

/** With people named one by one, no more approvals can come than there are people. */
function tooManyNeeded(fields: Fields, id: string): Finding[] {
  const approvers = Array.isArray(fields.approvers) ? fields.approvers.length : 0;
  const groups = Array.isArray(fields.groups) ? fields.groups.length : 0;
  const tooMany = approvers > 0 && groups === 0 && Number(fields.needed ?? 1) > approvers;
  return tooMany ? [error(id, "tooManyNeeded", "/needed", { count: String(approvers) })] : [];
}

function unknownNames(draft: Draft, placement: Placement): Finding[] {
  const { id } = placement;
  const around = [...(isContainer(placement.kind) ? [id] : []), ...containersOf(draft.structure, id)];
  const loops = around.some((one) => draft.structure.nodes.find((node) => node.id === one)?.kind === "loop");
  const known = new Set([...(around.length > 0 ? ["item", "index"] : []), ...(loops ? ["last"] : [])]);
  return expressionsIn(draft.fields[id]).flatMap(({ pointer, text }) => [
    ...stepsNamed(text)
      .filter((step) => !(step in draft.fields))
      .map((step) => error(id, "unknownStep", pointer, { step })),
    ...roundNames(text)
      .filter((name) => !known.has(name))
      .map((name) => error(id, name === "last" ? "outsideLoop" : "outsideMap", pointer, { name })),
  ]);
}
