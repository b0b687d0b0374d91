import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { type JsonSchema, resolve, typeKey } from "@/graph/schema";
import { type Source, walkPath } from "@/graph/scope";
import { expressionSpans } from "./template";

/** CEL functions worth offering, with what they take. */
const METHODS: readonly [name: string, detail: string][] = [
  ["size()", "length of a text, list or map"],
  ["contains()", "text.contains('x')"],
  ["startsWith()", "text.startsWith('x')"],
  ["endsWith()", "text.endsWith('x')"],
  ["matches()", "text.matches('regex')"],
  ["map()", "list.map(x, x.name)"],
  ["filter()", "list.filter(x, x > 1)"],
  ["exists()", "list.exists(x, x > 1)"],
  ["all()", "list.all(x, x > 1)"],
];

const RUN: JsonSchema = { type: "object", properties: { id: { type: "string" } } };

/** Completes names inside `${ }` from what stands before the step. */
export function completeFrom(sources: () => readonly Source[]) {
  return (context: CompletionContext): CompletionResult | null => {
    const text = context.state.doc.toString();
    const span = expressionSpans(text).find(({ from, to }) => context.pos >= from + 2 && context.pos <= to);
    if (!span) return outside(context, sources());
    const word = context.matchBefore(/[A-Za-z_][\w.]*$/) ?? { from: context.pos, text: "" };
    if (word.text === "" && !context.explicit && !/\$\{\s*$/.test(text.slice(0, context.pos))) return null;
    const dot = word.text.lastIndexOf(".");
    const from = word.from + dot + 1;
    const options = dot < 0 ? roots(sources()) : members(word.text.slice(0, dot), sources());
    return options.length > 0 ? { from, options, validFor: /^\w*$/ } : null;
  };
}

/** Outside of an expression, `$` or a root's name offers whole expressions. */
function outside(context: CompletionContext, sources: readonly Source[]): CompletionResult | null {
  const word = context.matchBefore(/(\$|[A-Za-z_]\w*)$/);
  if (!word && !context.explicit) return null;
  const options = roots(sources).map((option) => ({ ...option, apply: `\${ ${option.label} }` }));
  // no name holds a `$`: what it asks for is everything
  return { from: word?.from ?? context.pos, options, filter: word?.text !== "$" };
}

function roots(sources: readonly Source[]): Completion[] {
  const paths = sources.flatMap((source) => [
    { label: source.path, detail: source.title, type: "variable" },
    ...Object.entries(source.schema.properties ?? {}).map(([name, schema]) => ({
      label: `${source.path}.${name}`,
      detail: typeKey(resolve(schema, source.schema)),
      type: "property",
      boost: source.path === "input" ? 1 : 2,
    })),
  ]);
  return [...paths, { label: "run.id", detail: "text", type: "variable", boost: -1 }];
}

function members(path: string, sources: readonly Source[]): Completion[] {
  if (path === "steps") {
    return sources
      .filter((source) => source.path.startsWith("steps."))
      .map((source) => ({
        label: source.path.slice("steps.".length),
        detail: source.title,
        type: "variable",
      }));
  }
  const schema = schemaOf(path, sources);
  const properties = Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    label: name,
    detail: typeKey(property),
    type: "property",
    boost: 2,
  }));
  const methods = METHODS.map(([label, detail]) => ({
    label,
    detail,
    type: "method",
    apply: label.slice(0, -1),
  }));
  return schema || path ? [...properties, ...methods] : [];
}

function schemaOf(path: string, sources: readonly Source[]): JsonSchema | undefined {
  const known = [...sources, { path: "run", schema: RUN }];
  const source = known.find((item) => path === item.path || path.startsWith(`${item.path}.`));
  if (!source) return undefined;
  const names = path.slice(source.path.length).split(".").filter(Boolean);
  return walkPath(source.schema, names);
}
