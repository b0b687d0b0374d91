/** What expressions at a node may name: the run's input, earlier steps' outputs, the item of a map. */
import { wholeExpression } from "./expressions";
import type { Draft, Fields, NodeKind } from "./model";
import { type JsonSchema, jsonType, resolve } from "./schema";
import { ancestors, containersOf, upstream } from "./walk";

export interface AgentSchemas {
  input: JsonSchema;
  output: JsonSchema;
}

/** Finds an agent's schemas; an empty version means the newest. */
export type Catalogue = (agent: string, version: string) => AgentSchemas | undefined;

export const HTTP_AGENT = "http-client";

export interface Source {
  /** What to write: `input`, `steps.parse`, `item`. */
  path: string;
  /** The node it comes from. */
  node: string;
  title: string;
  schema: JsonSchema;
}

const MAP_OUTPUT: JsonSchema = {
  type: "object",
  properties: { results: { type: "array" }, errors: { type: "array" } },
};

export function agentOf(
  kind: NodeKind,
  fields: Fields | undefined,
): [name: string, version: string] | undefined {
  if (kind === "http") return [HTTP_AGENT, String(fields?.version ?? "")];
  if (kind !== "agent") return undefined;
  return [String(fields?.agent ?? ""), String(fields?.version ?? "")];
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
  const fields = draft.fields[id];
  if (!placement) return {};
  const agent = agentOf(placement.kind, fields);
  if (agent) return catalogue(...agent)?.output ?? {};
  if (placement.kind === "map") return MAP_OUTPUT;
  if (placement.kind === "transform") return computed(fields?.output, draft, catalogue, new Set([id]));
  return {};
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
  if (placement?.kind === "transform") {
    return walkPath(computed(draft.fields[step]?.output, draft, catalogue, new Set([...seen, step])), fields);
  }
  return walkPath(outputSchema(draft, step, catalogue), fields);
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

const GIVES_OUTPUT: ReadonlySet<NodeKind> = new Set(["agent", "http", "transform", "map"]);

/** Everything an expression at `id` may name, nearest first: map items, then earlier steps, then the run's input. */
export function sourcesAt(draft: Draft, id: string, catalogue: Catalogue): Source[] {
  const { structure } = draft;
  const near = ancestors(structure.edges, id);
  const inside = structure.nodes.find((node) => node.id === id)?.kind === "map" ? [id] : [];
  const containers = [...inside, ...containersOf(structure, id)];
  const steps = [...upstream(structure, id), ...children(draft, inside)]
    .map((step) => structure.nodes.find((node) => node.id === step))
    .filter((node) => node !== undefined && GIVES_OUTPUT.has(node.kind) && node.id !== id)
    .map((node) => node as NonNullable<typeof node>)
    .sort((a, b) => Number(near.has(b.id)) - Number(near.has(a.id)));
  const start = structure.nodes.find((node) => node.kind === "start");
  return [
    ...(containers.length > 0 ? itemSources(containers[0] ?? "", draft) : []),
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

/** A map's own output is evaluated inside it: there its children count as earlier steps. */
function children(draft: Draft, maps: readonly string[]): string[] {
  return draft.structure.nodes
    .filter((node) => node.parent && maps.includes(node.parent))
    .map((node) => node.id);
}

function itemSources(container: string, draft: Draft): Source[] {
  const title = titleOf(draft, container);
  return [
    { path: "item", node: container, title, schema: {} },
    { path: "index", node: container, title, schema: { type: "integer" } },
  ];
}

export function titleOf(draft: Draft, id: string): string {
  return String(draft.fields[id]?.title || id);
}
