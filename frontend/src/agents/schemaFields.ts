/** A JSON Schema of an object as rows of a table. */
import type { JsonSchema, LocalText } from "@/wire/types";

export interface SchemaField {
  /** `columns[].name`; its identity. */
  readonly path: string;
  readonly depth: number;
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly title: string;
  /** The title in other languages (`x-title`). */
  readonly titles: LocalText;
  readonly description: string;
  /** Choices, limits and the default, as they stand in the schema. */
  readonly rules: readonly string[];
  readonly default: unknown;
}

const DEEPEST = 4;
const MEANING: Readonly<Record<string, string>> = { file: "file", table: "table", chart: "chart" };

export function schemaFields(schema: JsonSchema): SchemaField[] {
  const rows: SchemaField[] = [];
  addFields(rows, schema, "", 0);
  return rows;
}

function addFields(rows: SchemaField[], schema: JsonSchema, path: string, depth: number): void {
  const required = new Set(Array.isArray(schema.required) ? schema.required.map(String) : []);
  for (const [name, field] of Object.entries(asSchema(schema.properties))) {
    const part = asSchema(field);
    const here = path ? `${path}.${name}` : name;
    rows.push({
      path: here,
      depth,
      name,
      type: typeName(part),
      required: required.has(name),
      title: text(part.title),
      titles: asSchema(part["x-title"]) as LocalText,
      description: text(part.description),
      rules: rulesOf(part),
      default: part.default,
    });
    addInner(rows, part, here, depth);
  }
}

/** What is inside a file, table or chart is the same everywhere and says nothing new. */
function addInner(rows: SchemaField[], part: JsonSchema, path: string, depth: number): void {
  if (depth + 1 >= DEEPEST || text(part["x-type"]) in MEANING) return;
  if (part.type === "object") addFields(rows, part, path, depth + 1);
  const items = asSchema(part.items);
  if (part.type === "array" && items.type === "object" && !(text(items["x-type"]) in MEANING)) {
    addFields(rows, items, `${path}[]`, depth + 1);
  }
}

export function typeName(schema: JsonSchema): string {
  const meaning = MEANING[text(schema["x-type"])];
  if (meaning) return meaning;
  if ("const" in schema) return JSON.stringify(schema.const);
  for (const way of [schema.anyOf, schema.oneOf]) {
    if (Array.isArray(way)) return [...new Set(way.map((one) => typeName(asSchema(one))))].join(" | ");
  }
  if (schema.type === "array") {
    const items = asSchema(schema.items);
    return Object.keys(items).length > 0 ? `list of ${typeName(items)}` : "list";
  }
  if (Array.isArray(schema.type)) return schema.type.join(" | ");
  if (typeof schema.type === "string") return text(schema.format) || schema.type;
  return Array.isArray(schema.enum) ? "choice" : "any";
}

const LIMITS: Readonly<Record<string, string>> = {
  minimum: "≥",
  exclusiveMinimum: ">",
  maximum: "≤",
  exclusiveMaximum: "<",
  minLength: "length ≥",
  maxLength: "length ≤",
  minItems: "items ≥",
  maxItems: "items ≤",
  pattern: "matches",
};

function rulesOf(schema: JsonSchema): string[] {
  const choices = Array.isArray(schema.enum)
    ? [schema.enum.map((one) => JSON.stringify(one)).join(", ")]
    : [];
  const limits = Object.entries(LIMITS).flatMap(([key, sign]) =>
    key in schema ? [`${sign} ${String(schema[key])}`] : [],
  );
  return [...choices, ...limits];
}

function asSchema(value: unknown): JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonSchema) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
