/** May this edge be drawn, and what should it fill in? */
import { handlersOf, isCompensation } from "./compensation";
import { type Draft, edgeId, type NodeKind, type Placement } from "./model";
import { acceptsInput, outPorts } from "./ports";
import { type JsonSchema, resolve, typeKey } from "./schema";
import { type Catalogue, inputSchema, outputSchema, runInput, type Source, sourcesAt } from "./scope";
import { traitsOf } from "./traits";
import { fits, isKnown } from "./types";
import { closesCycle } from "./walk";

/** A sentence of the catalogue (`canvas:refused.<code>`) with its words; `source` and `target` are node ids. */
export interface Refusal {
  code:
    | "self"
    | "cycle"
    | "noInput"
    | "noOutput"
    | "duplicate"
    | "border"
    | "cannotFit"
    | "cannotUndo"
    | "notHandler"
    | "handlerLinked"
    | "handlerUndone"
    | "secondHandler"
    | "intoHandler"
    | "fromHandler";
  values: Record<string, string>;
}

export interface Wish {
  source: string;
  target: string;
  port: string;
}

/** Why an edge cannot be drawn, or nothing. An edge that is being replaced must not be in the draft any more. */
export function refusal(draft: Draft, wish: Wish, catalogue: Catalogue): Refusal | undefined {
  const { nodes, edges } = draft.structure;
  const source = nodes.find((node) => node.id === wish.source);
  const target = nodes.find((node) => node.id === wish.target);
  if (!source || !target) return undefined;
  const values = { source: source.id, target: target.id };
  if (source.id === target.id) return { code: "self", values };
  if (!acceptsInput(target.kind)) return { code: "noInput", values };
  if (outPorts(source.kind, draft.fields[source.id]).length === 0) return { code: "noOutput", values };
  const unfit = isCompensation(wish)
    ? unfitHandler(draft, source, target)
    : besideHandlers(draft, source, target);
  if (unfit) return { code: unfit, values };
  if (source.parent !== target.parent) return { code: "border", values };
  if (edges.some((edge) => edgeId(edge) === edgeId(wish))) {
    return { code: "duplicate", values };
  }
  if (closesCycle(edges, source.id, target.id)) return { code: "cycle", values };
  return misfit(draft, wish, target.kind, catalogue, values);
}

/** A handler undoes one step and does nothing else: no other way leads to it or on from it. */
function unfitHandler(draft: Draft, source: Placement, target: Placement): Refusal["code"] | undefined {
  const { edges } = draft.structure;
  const handlers = handlersOf(draft.structure);
  if (!traitsOf(source.kind).undoable) return "cannotUndo";
  if (!traitsOf(target.kind).handler) return "notHandler";
  if (handlers.has(source.id)) return "handlerUndone";
  if (handlers.get(target.id) === source.id) return "duplicate";
  if (edges.some((edge) => edge.source === target.id || edge.target === target.id)) return "handlerLinked";
  return [...handlers.values()].includes(source.id) ? "secondHandler" : undefined;
}

function besideHandlers(draft: Draft, source: Placement, target: Placement): Refusal["code"] | undefined {
  const handlers = handlersOf(draft.structure);
  if (handlers.has(target.id)) return "intoHandler";
  return handlers.has(source.id) ? "fromHandler" : undefined;
}

/** Only what nobody can type in (tables, charts) must come from an earlier step; other inputs can be filled by hand. */
function misfit(
  draft: Draft,
  wish: Wish,
  kind: NodeKind,
  catalogue: Catalogue,
  values: Record<string, string>,
): Refusal | undefined {
  const schema = inputSchema(kind, draft.fields[wish.target], catalogue);
  const filled = inputOf(draft, wish.target);
  const joined = withEdge(draft, wish);
  const sources = sourcesAt(joined, wish.target, catalogue);
  for (const name of schema?.required ?? []) {
    const wanted = resolve(schema?.properties?.[name] ?? {}, schema ?? {});
    if (filled[name] !== undefined || !(wanted["x-type"] === "table" || wanted["x-type"] === "chart"))
      continue;
    if (sources.some((source) => candidates(source, wanted).length > 0 || !isKnown(source.schema))) continue;
    return {
      code: "cannotFit",
      values: {
        ...values,
        field: wanted.title ?? name,
        want: typeKey(wanted),
        have: gives(joined, wish.source, catalogue),
      },
    };
  }
  return undefined;
}

function gives(draft: Draft, id: string, catalogue: Catalogue): string {
  const start = draft.structure.nodes.find((node) => node.id === id)?.kind === "start";
  const schema = start ? runInput(draft) : outputSchema(draft, id, catalogue);
  return [
    ...new Set(Object.values(schema.properties ?? {}).map((item) => typeKey(resolve(item, schema)))),
  ].join(",");
}

function withEdge(draft: Draft, wish: Wish): Draft {
  return { ...draft, structure: { ...draft.structure, edges: [...draft.structure.edges, wish] } };
}

export function inputOf(draft: Draft, id: string): Record<string, unknown> {
  const input = draft.fields[id]?.input;
  return typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
}

interface Candidate {
  expression: string;
  name: string;
}

/** The fields of a source that fit, where both sides say what they are. */
function candidates(source: Source, wanted: JsonSchema): Candidate[] {
  const properties = Object.entries(source.schema.properties ?? {});
  return properties
    .map(([name, schema]) => ({ name, schema: resolve(schema, source.schema) }))
    .filter(({ schema }) => isKnown(schema) && isKnown(wanted) && fits(schema, wanted).ok)
    .map(({ name }) => ({ name, expression: `\${ ${source.path}.${name} }` }));
}

/** Values for the target's inputs that are still empty and that something before it obviously gives. */
export function autoMap(
  draft: Draft,
  source: string,
  target: string,
  catalogue: Catalogue,
): Record<string, string> {
  const placement = draft.structure.nodes.find((node) => node.id === target);
  const schema = placement && inputSchema(placement.kind, draft.fields[target], catalogue);
  if (!schema) return {};
  const filled = inputOf(draft, target);
  const sources = sourcesAt(draft, target, catalogue).sort(
    (a, b) => Number(b.node === source) - Number(a.node === source),
  );
  const mapped: Record<string, string> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const wanted = resolve(property, schema);
    const required = schema.required?.includes(name) ?? false;
    if (filled[name] !== undefined || (!required && !wanted["x-type"])) continue;
    const found = best(sources, name, wanted, required);
    if (found) mapped[name] = found;
  }
  return mapped;
}

function best(sources: Source[], name: string, wanted: JsonSchema, required: boolean): string | undefined {
  for (const source of sources) {
    const found = candidates(source, wanted);
    const sameName = found.find((candidate) => candidate.name === name);
    if (sameName) return sameName.expression;
    if (required && wanted["x-type"] && found[0]) return found[0].expression;
  }
  return undefined;
}
