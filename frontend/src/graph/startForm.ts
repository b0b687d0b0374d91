/** The start node's schema as a list of fields, and back: what its editor shows. */
import { type JsonSchema, typesOf } from "./schema";

export type StartType =
  | "string"
  | "text"
  | "number"
  | "integer"
  | "boolean"
  | "enum"
  | "list"
  | "object"
  | "date"
  | "file"
  | "table";

export interface StartField {
  name: string;
  type: StartType;
  title: string;
  description: string;
  required: boolean;
  default?: unknown;
  options?: string[];
  /** The property as it was, for keywords the editor does not show. */
  rest: JsonSchema;
}

const SHOWN = [
  "type",
  "title",
  "description",
  "default",
  "enum",
  "format",
  "x-type",
  "x-multiline",
  "items",
] as const;

export function runFields(schema: unknown): StartField[] {
  const { properties = {}, required = [] } = (schema ?? {}) as JsonSchema;
  return Object.entries(properties).map(([name, property]) => {
    const rest: JsonSchema = { ...property };
    for (const key of SHOWN) delete rest[key];
    return {
      name,
      type: startType(property),
      title: property.title ?? "",
      description: property.description ?? "",
      required: required.includes(name),
      ...(property.default !== undefined && { default: property.default }),
      ...(property.enum && { options: property.enum.map(String) }),
      rest: property.items ? { ...rest, items: property.items } : rest,
    };
  });
}

function startType(property: JsonSchema): StartType {
  if (property["x-type"] === "file" || property["x-type"] === "table") return property["x-type"];
  if (property.enum) return "enum";
  if (property.format === "date") return "date";
  const [type] = typesOf(property);
  if (type === "string") return property["x-multiline"] ? "text" : "string";
  if (type === "number" || type === "integer" || type === "boolean") return type;
  return type === "array" ? "list" : type === "object" ? "object" : "string";
}

const SCHEMAS: Readonly<Record<StartType, JsonSchema>> = {
  string: { type: "string" },
  text: { type: "string", "x-multiline": true },
  number: { type: "number" },
  integer: { type: "integer" },
  boolean: { type: "boolean" },
  enum: { type: "string" },
  list: { type: "array" },
  object: { type: "object" },
  date: { type: "string", format: "date" },
  file: { type: "object", "x-type": "file" },
  table: { type: "object", "x-type": "table" },
};

export function startSchema(fields: readonly StartField[], before: unknown): JsonSchema {
  const properties = fields.map(({ name, type, title, description, rest, options, default: value }) => {
    const { items, ...others } = rest;
    const property: JsonSchema = {
      ...others,
      ...SCHEMAS[type],
      ...(type === "list" && { items: items ?? { type: "string" } }),
      ...(title && { title }),
      ...(description && { description }),
      ...(type === "enum" && { enum: options ?? [] }),
      ...(value !== undefined && value !== "" && { default: value }),
    };
    return [name, property] as const;
  });
  return {
    ...(before as JsonSchema | undefined),
    type: "object",
    properties: Object.fromEntries(properties),
    required: fields.filter((field) => field.required).map((field) => field.name),
  };
}
