/** What is wrong with an input, as far as the page can tell; the server looks at all of the schema. */
import type { JsonSchema } from "@/wire/types";

export interface InputProblem {
  /** `/rows/0/name`; "" for the whole. */
  readonly pointer: string;
  readonly rule: "required" | "type" | "enum" | "unknown";
  /** The type or the choices that are allowed; the field that is missing or unknown. */
  readonly detail: string;
}

const MOST = 20;

export function inputProblems(schema: JsonSchema, value: unknown): InputProblem[] {
  const found: InputProblem[] = [];
  look(schema, value, "", found);
  return found.slice(0, MOST);
}

function look(schema: JsonSchema, value: unknown, pointer: string, found: InputProblem[]): void {
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => isOf(type, value))) {
    found.push({ pointer, rule: "type", detail: types.join(" | ") });
    return;
  }
  if (
    Array.isArray(schema.enum) &&
    !schema.enum.some((one) => JSON.stringify(one) === JSON.stringify(value))
  ) {
    found.push({ pointer, rule: "enum", detail: schema.enum.map((one) => JSON.stringify(one)).join(", ") });
  }
  if (isObject(value)) lookInside(schema, value, pointer, found);
  if (Array.isArray(value) && isObject(schema.items)) {
    for (const [at, item] of value.entries()) look(schema.items, item, `${pointer}/${at}`, found);
  }
}

function lookInside(
  schema: JsonSchema,
  value: Readonly<Record<string, unknown>>,
  pointer: string,
  found: InputProblem[],
): void {
  const fields = isObject(schema.properties) ? schema.properties : {};
  for (const name of Array.isArray(schema.required) ? schema.required.map(String) : []) {
    if (!(name in value)) found.push({ pointer: `${pointer}/${name}`, rule: "required", detail: name });
  }
  for (const [name, item] of Object.entries(value)) {
    const field = fields[name];
    if (isObject(field)) look(field, item, `${pointer}/${name}`, found);
    else if (schema.additionalProperties === false)
      found.push({ pointer: `${pointer}/${name}`, rule: "unknown", detail: name });
  }
}

function typesOf({ type }: JsonSchema): string[] {
  if (typeof type === "string") return [type];
  return Array.isArray(type) ? type.map(String) : [];
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
