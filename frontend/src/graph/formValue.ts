/** How values and schemas meet in a form: which alternative a value is, what a new value starts with. */
import { isExpression } from "./expressions";
import { type JsonSchema, jsonType, resolve, typesOf, variants } from "./schema";

/** Set or (with undefined) take away one property, in a new object. */
export function withKey(value: unknown, key: string, item: unknown): Record<string, unknown> {
  const { [key]: _, ...rest } = asObject(value);
  if (item === undefined) return rest;
  const before = asObject(value);
  return key in before ? { ...before, [key]: item } : { ...rest, [key]: item };
}

export function asObject(value: unknown): Record<string, unknown> {
  return jsonType(value) === "object" && value !== undefined ? (value as Record<string, unknown>) : {};
}

/** The property with a `const` that tells the alternatives of a `oneOf` apart (`op`, `type`). */
export function discriminator(options: readonly JsonSchema[]): string | undefined {
  const [first] = options;
  const names = Object.keys(first?.properties ?? {});
  return names.find((name) => options.every((option) => option.properties?.[name]?.const !== undefined));
}

/** Which alternative a value is; -1 when none fits. */
export function variantOf(options: readonly JsonSchema[], value: unknown): number {
  const key = discriminator(options);
  if (key) return options.findIndex((option) => option.properties?.[key]?.const === asObject(value)[key]);
  const type = jsonType(value);
  return options.findIndex((option) => {
    const types = typesOf(option);
    return types.length === 0 || types.includes(type) || (type === "integer" && types.includes("number"));
  });
}

/** What a new value of a schema starts with: its default, its constants, else nothing typed in yet. */
export function initial(schema: JsonSchema, root: JsonSchema): unknown {
  const resolved = resolve(schema, root);
  if (resolved.default !== undefined) return structuredClone(resolved.default);
  if (resolved.const !== undefined) return resolved.const;
  const [option] = variants(resolved);
  if (option) return initial(option, root);
  const [type] = typesOf(resolved);
  if (type === "object") {
    const entries = Object.entries(resolved.properties ?? {})
      .map(([name, property]) => [name, resolve(property, root)] as const)
      .filter(([name, property]) => property.const !== undefined || startsFilled(property, resolved, name))
      .map(([name, property]) => [name, initial(property, root)]);
    return Object.fromEntries(entries);
  }
  if (type === "array") return minimal(resolved, root);
  return type === "string" ? "" : undefined;
}

/** A required list that needs entries starts with them, so that the form shows what to fill in. */
function startsFilled(property: JsonSchema, parent: JsonSchema, name: string): boolean {
  return (parent.required?.includes(name) ?? false) && (property.minItems ?? 0) > 0;
}

function minimal(schema: JsonSchema, root: JsonSchema): unknown[] {
  const count = Math.min(schema.minItems ?? 0, 3);
  const items = schema.items;
  if (!items || typesOf(resolve(items, root))[0] !== "object") return [];
  return Array.from({ length: count }, () => initial(items, root));
}

/** The run form's first values: the defaults of the start schema over what is given. */
export function withDefaults(schema: JsonSchema, given: Record<string, unknown>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const value = given[name] ?? resolve(property, schema).default;
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** The required properties of a form that are still empty. */
export function missing(schema: JsonSchema, value: Record<string, unknown>): string[] {
  return (schema.required ?? []).filter((name) => {
    const item = value[name];
    return item === undefined || item === null || item === "";
  });
}

/** What a person typed where anything may stand: JSON when it reads as such, else the text itself. */
export function parseLoose(text: string): unknown {
  const plain = text.trim();
  if (plain === "") return undefined;
  if (!/^(-?\d|true$|false$|null$|\[|\{|")/.test(plain)) return text;
  try {
    return JSON.parse(plain) as unknown;
  } catch {
    return text;
  }
}

export function showLoose(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string") return needsQuotes(value) ? JSON.stringify(value) : value;
  return JSON.stringify(value);
}

function needsQuotes(text: string): boolean {
  return !isExpression(text) && typeof parseLoose(text) !== "string";
}

export type Control =
  | "file"
  | "reference"
  | "enum"
  | "boolean"
  | "number"
  | "text"
  | "lines"
  | "date"
  | "tags"
  | "list"
  | "object"
  | "map"
  | "variants"
  | "loose"
  | "json";

const SCALARS: ReadonlySet<string> = new Set(["string", "number", "integer", "boolean"]);

/** Which control edits values of a schema. */
export function controlOf(schema: JsonSchema, root: JsonSchema): Control {
  if (schema["x-type"] === "file") return "file";
  if (schema["x-type"]) return "reference";
  if (schema.enum) return "enum";
  const options = variants(schema).map((option) => resolve(option, root));
  if (options.length > 0) return variantControl(options, root);
  const types = typesOf(schema).filter((type) => type !== "null");
  if (types.length > 1) return types.every((type) => SCALARS.has(type)) ? "loose" : "json";
  switch (types[0]) {
    case "boolean":
      return "boolean";
    case "number":
    case "integer":
      return "number";
    case "string":
      return textControl(schema);
    case "array":
      return listControl(schema, root);
    case "object":
      return objectControl(schema);
    default:
      return "loose";
  }
}

function variantControl(options: readonly JsonSchema[], root: JsonSchema): Control {
  if (discriminator(options) || options.every((option) => option.title)) return "variants";
  const onlyText = options.every((option) => {
    const type = typesOf(option)[0];
    return type === "string" || type === "null" || (type === "array" && listControl(option, root) === "tags");
  });
  if (onlyText && options.some((option) => typesOf(option)[0] === "array")) return "tags";
  return options.every((option) => SCALARS.has(typesOf(option)[0] ?? "") || typesOf(option)[0] === "null")
    ? "loose"
    : "json";
}

function textControl(schema: JsonSchema): Control {
  if (schema.format) return schema.format === "date" ? "date" : "text";
  return schema["x-multiline"] || (schema.maxLength ?? 0) > 9000 ? "lines" : "text";
}

function listControl(schema: JsonSchema, root: JsonSchema): Control {
  const items = resolve(schema.items ?? {}, root);
  const type = typesOf(items)[0];
  if (type === "string" && !items.enum) return "tags";
  return schema.items && (type !== undefined || variants(items).length > 0) ? "list" : "json";
}

function objectControl(schema: JsonSchema): Control {
  if (Object.keys(schema.properties ?? {}).length > 0) return "object";
  return typeof schema.additionalProperties === "object" ? "map" : "json";
}
