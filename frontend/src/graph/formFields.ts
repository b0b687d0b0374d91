/** Which properties of an object a form shows, and which of them must be filled in. Pure. */
import { isExpression } from "./expressions";
import { asObject } from "./formValue";
import type { JsonSchema } from "./schema";

/** More optional fields than this fold away. */
const OPEN = 6;

/** The properties that matter for this value: those of another action are left out while they hold nothing. */
export function fieldNames(schema: JsonSchema, value: unknown, hidden: readonly string[] = []): string[] {
  const current = asObject(value);
  return Object.entries(schema.properties ?? {})
    .filter(
      ([name, property]) => !hidden.includes(name) && (name in current || matters(property, schema, current)),
    )
    .map(([name]) => name);
}

function matters(property: JsonSchema, schema: JsonSchema, current: Record<string, unknown>): boolean {
  const conditions = Object.entries(property["x-when"] ?? {});
  return conditions.every(([other, values]) => {
    const chosen = current[other] ?? schema.properties?.[other]?.default;
    return isExpression(chosen) || values.includes(chosen);
  });
}

/** The required properties, with those that the chosen action asks for (`allOf` of `if` and `then`). */
export function requiredNames(schema: JsonSchema, value: unknown): ReadonlySet<string> {
  const current = asObject(value);
  const asked = (schema.allOf ?? [])
    .filter((rule) => rule.if && holds(rule.if, current))
    .flatMap((rule) => rule.then?.required ?? []);
  return new Set([...(schema.required ?? []), ...asked]);
}

function holds(condition: JsonSchema, current: Record<string, unknown>): boolean {
  return Object.entries(condition.properties ?? {}).every(
    ([name, property]) => current[name] === property.const,
  );
}

export interface Fold {
  first: string[];
  folded: string[];
}

/** What is shown from the start, in the schema's order, and what folds away. */
export function fold(schema: JsonSchema, names: readonly string[], needed: (name: string) => boolean): Fold {
  if (names.length <= OPEN) return { first: [...names], folded: [] };
  const shown = names.filter((name) => schema.properties?.[name]?.["x-common"] || needed(name));
  const first = shown.length > 0 ? shown : names.slice(0, 3);
  return { first, folded: names.filter((name) => !first.includes(name)) };
}
