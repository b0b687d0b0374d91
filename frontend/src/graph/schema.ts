/** The part of JSON Schema 2020-12 that forms, type checks and completions read. */
export interface JsonSchema {
  type?: JsonType | JsonType[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  examples?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  if?: JsonSchema;
  then?: JsonSchema;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  "x-type"?: "file" | "table" | "chart";
  /** The titles of the `enum`'s values, by value and language. */
  "x-enum-titles"?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Shown from the start, though it is not required. */
  "x-common"?: boolean;
  /** Matters only while another property holds one of these. */
  "x-when"?: Readonly<Record<string, readonly unknown[]>>;
  "x-multiline"?: boolean;
  "x-accept"?: string;
  [keyword: `x-${string}`]: unknown;
}

export type JsonType = "string" | "number" | "integer" | "boolean" | "array" | "object" | "null";

const MAX_DEPTH = 20;

/** Follow `$ref` into the root's `$defs`; unknown or endless references become "anything". */
export function resolve(schema: JsonSchema, root: JsonSchema, depth = 0): JsonSchema {
  if (!schema.$ref) return schema;
  const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref)?.[1];
  const target = name === undefined ? undefined : root.$defs?.[decodeURIComponent(name)];
  if (!target || depth > MAX_DEPTH) return {};
  const { $ref: _, ...own } = schema;
  return { ...resolve(target, root, depth + 1), ...own };
}

/** The types a schema allows; empty means any. */
export function typesOf(schema: JsonSchema): JsonType[] {
  if (schema.type) return Array.isArray(schema.type) ? schema.type : [schema.type];
  if (schema.const !== undefined) return [jsonType(schema.const)];
  if (schema.enum) return [...new Set(schema.enum.map(jsonType))];
  if (schema.properties) return ["object"];
  if (schema.items || schema.prefixItems) return ["array"];
  return [];
}

export function jsonType(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  if (typeof value === "string" || typeof value === "boolean") return typeof value as JsonType;
  return "object";
}

/** The alternatives of a schema (`oneOf`, `anyOf`), or nothing. */
export function variants(schema: JsonSchema): JsonSchema[] {
  return schema.oneOf ?? schema.anyOf ?? [];
}

/** What a type is called for people: "text", "table", "list of numbers". */
export function typeKey(schema: JsonSchema): string {
  if (schema["x-type"]) return schema["x-type"];
  const types = typesOf(schema).filter((type) => type !== "null");
  if (types.length === 1 && types[0]) return types[0];
  return types.length === 0 && variants(schema).length === 0 ? "any" : "mixed";
}

/** A JSON value as a schema would describe it; how outputs of transforms become known to later steps. */
export function schemaOf(value: unknown): JsonSchema {
  const type = jsonType(value);
  if (type !== "object") return { type };
  const entries = Object.entries(value as Record<string, unknown>);
  return { type, properties: Object.fromEntries(entries.map(([key, item]) => [key, schemaOf(item)])) };
}
