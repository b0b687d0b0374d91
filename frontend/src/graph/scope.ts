/** What expressions at a node may name: the run's input, earlier steps' outputs, the item of a map. */
import { wholeExpression } from "./expressions";
import { type Draft, type Fields, isContainer, type NodeKind } from "./model";
import { type JsonSchema, jsonType, resolve } from "./schema";
import { BUILT_IN, CALLS } from "./traits";
import { ancestors, containersOf, upstream } from "./walk";

export interface AgentSchemas {
  input: JsonSchema;
  output: JsonSchema;
}

/** Finds an agent's schemas; an empty version means the newest. */
export type Catalogue = (agent: string, version: string) => AgentSchemas | undefined;

export interface Source {
  /** What to write: `input`, `steps.parse`, `item`. */
  path: string;
  /** The node it comes from. */
  node: string;
  title: string;
  schema: JsonSchema;
}

/** Where the catalogue keeps what is no agent's name: a workflow's start and ends, whoever has a capability. */
export const workflowKey = (name: string) => `workflow/${name}`;
export const capabilityKey = (capability: string) => `capability/${capability}`;

const text: JsonSchema = { type: "string" };
const object = (properties: Record<string, JsonSchema>): JsonSchema => ({ type: "object", properties });

/** What kinds without a schema of their own give. */
const OUTPUTS: Readonly<Partial<Record<NodeKind, JsonSchema>>> = {
  map: object({ results: { type: "array" }, errors: { type: "array" } }),
  wait: object({ until: { type: "string", format: "date-time" } }),
};

/** Whose schemas a step's input follows; nothing for kinds whose input is free. */
export function agentOf(
  kind: NodeKind,
  fields: Fields | undefined,
): [name: string, version: string] | undefined {
  const version = String(fields?.version || "");
  if (kind === "workflow") return [fields?.workflow ? workflowKey(String(fields.workflow)) : "", version];
  if (kind === "agent" && byCapability(fields)) return [capabilityKey(String(fields?.capability ?? "")), ""];
  if (kind === "agent") return [String(fields?.agent ?? ""), version];
  const builtIn = kind === "plan" ? undefined : BUILT_IN[kind];
  return builtIn === undefined ? undefined : [builtIn, version];
}

/** Whether an agent step asks for anybody who can, not for one agent. */
export function byCapability(fields: Fields | undefined): boolean {
  return !fields?.agent && typeof fields?.capability === "string";
}

export function inputSchema(
  kind: NodeKind,
  fields: Fields | undefined,
  catalogue: Catalogue,
): JsonSchema | undefined {
  const agent = agentOf(kind, fields);
  return agent && catalogue(...agent)?.input;
}

/** What `steps.<id>` is, as far as it is known before a run. */
export function outputSchema(draft: Draft, id: string, catalogue: Catalogue): JsonSchema {
  const placement = draft.structure.nodes.find((node) => node.id === id);
  return placement ? outputOf(draft, placement.kind, id, catalogue, new Set([id])) : {};
}

/** What a workflow takes and gives when it runs as a step: its start's schema, and all its ends' outputs. */
export function workflowSchemas(draft: Draft, catalogue: Catalogue): AgentSchemas {
  const ends = draft.structure.nodes.filter((node) => node.kind === "end");
  const outputs = ends.map((node) => computed(draft.fields[node.id]?.output, draft, catalogue, new Set()));
  return {
    input: runInput(draft),
    output: object(Object.assign({}, ...outputs.map((output) => output.properties ?? {}))),
  };
}

function outputOf(
  draft: Draft,
  kind: NodeKind,
  id: string,
  catalogue: Catalogue,
  seen: ReadonlySet<string>,
): JsonSchema {
  const fields = draft.fields[id];
  const agent = agentOf(kind, fields);
  if (agent) return catalogue(...agent)?.output ?? {};
  switch (kind) {
    case "transform":
      return computed(fields?.output, draft, catalogue, seen);
    case "loop":
      return object({
        iterations: { type: "integer" },
        last: computed(fields?.output, draft, catalogue, seen),
      });
    case "approval":
      return object({
        approved: { type: "boolean" },
        by: text,
        comment: text,
        data: (fields?.schema as JsonSchema | undefined) ?? {},
      });
    case "signal":
      return object({ data: (fields?.schema as JsonSchema | undefined) ?? {}, by: text, key: {} });
    case "intent":
      return (fields?.success_criteria as JsonSchema | undefined) ?? {};
    default:
      return OUTPUTS[kind] ?? {};
  }
}

/** The schema of a value with expressions inside; plain paths (`${ steps.a.b }`) are followed. */
function computed(value: unknown, draft: Draft, catalogue: Catalogue, seen: ReadonlySet<string>): JsonSchema {
  if (typeof value === "string") {
    const cel = wholeExpression(value);
    if (cel !== undefined) return schemaAt(cel, draft, catalogue, seen);
    return { type: "string" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value === undefined ? {} : { type: jsonType(value) };
  }
  const entries = Object.entries(value as Record<string, unknown>);
  return {
    type: "object",
    properties: Object.fromEntries(
      entries.map(([key, item]) => [key, computed(item, draft, catalogue, seen)]),
    ),
  };
}

function schemaAt(cel: string, draft: Draft, catalogue: Catalogue, seen: ReadonlySet<string>): JsonSchema {
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(cel)) return {};
  const [root, ...rest] = cel.split(".");
  if (root === "input") return walkPath(runInput(draft), rest);
  const [step, ...fields] = rest;
  if (root !== "steps" || step === undefined || seen.has(step)) return {};
  const placement = draft.structure.nodes.find((node) => node.id === step);
  if (!placement) return {};
  return walkPath(outputOf(draft, placement.kind, step, catalogue, new Set([...seen, step])), fields);
}

/** Follow property names into a schema; what is not described is anything. */
export function walkPath(schema: JsonSchema, names: readonly string[]): JsonSchema {
  return names.reduce<JsonSchema>(
    (current, name) => resolve(resolve(current, schema).properties?.[name] ?? {}, schema),
    schema,
  );
}

export function runInput(draft: Draft): JsonSchema {
  const start = draft.structure.nodes.find((node) => node.kind === "start");
  return (start && (draft.fields[start.id]?.schema as JsonSchema | undefined)) || { type: "object" };
}

const GIVES_OUTPUT: ReadonlySet<NodeKind> = new Set([
  ...CALLS,
  "transform",
  "map",
  "loop",
  "workflow",
  "wait",
  "approval",
  "signal",
]);

/** Everything an expression at `id` may name, nearest first: items of maps and rounds of loops, then earlier steps, then the run's input. */
export function sourcesAt(draft: Draft, id: string, catalogue: Catalogue): Source[] {
  const { structure } = draft;
  const near = ancestors(structure.edges, id);
  const own = structure.nodes.find((node) => node.id === id);
  const inside = own && isContainer(own.kind) ? [id] : [];
  const containers = [...inside, ...containersOf(structure, id)];
  const steps = [...upstream(structure, id), ...children(draft, inside)]
    .map((step) => structure.nodes.find((node) => node.id === step))
    .filter((node) => node !== undefined && GIVES_OUTPUT.has(node.kind) && node.id !== id)
    .map((node) => node as NonNullable<typeof node>)
    .sort((a, b) => Number(near.has(b.id)) - Number(near.has(a.id)));
  const start = structure.nodes.find((node) => node.kind === "start");
  return [
    ...roundSources(containers, draft, catalogue),
    ...steps.map((node) => ({
      path: `steps.${node.id}`,
      node: node.id,
      title: titleOf(draft, node.id),
      schema: outputSchema(draft, node.id, catalogue),
    })),
    {
      path: "input",
      node: start?.id ?? "",
      title: start ? titleOf(draft, start.id) : "",
      schema: runInput(draft),
    },
  ];
}

/** A container's own output is evaluated inside it: there its children count as earlier steps. */
function children(draft: Draft, containers: readonly string[]): string[] {
  return draft.structure.nodes
    .filter((node) => node.parent && containers.includes(node.parent))
    .map((node) => node.id);
}

/** `item`, `index` and `last` of the containers around a step; the inner one's names hide the outer one's. */
function roundSources(containers: readonly string[], draft: Draft, catalogue: Catalogue): Source[] {
  const found = new Map<string, Source>();
  for (const container of containers) {
    const loop = draft.structure.nodes.find((node) => node.id === container)?.kind === "loop";
    const own: [string, JsonSchema][] = loop
      ? [
          ["last", lastOf(draft, container, catalogue)],
          ["index", { type: "integer" }],
        ]
      : [
          ["item", {}],
          ["index", { type: "integer" }],
        ];
    for (const [path, schema] of own) {
      if (!found.has(path))
        found.set(path, { path, node: container, title: titleOf(draft, container), schema });
    }
  }
  return [...found.values()];
}

function lastOf(draft: Draft, loop: string, catalogue: Catalogue): JsonSchema {
  return outputSchema(draft, loop, catalogue).properties?.last ?? {};
}

export function titleOf(draft: Draft, id: string): string {
  return String(draft.fields[id]?.title || id);
}
