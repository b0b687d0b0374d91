// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { describe, expect, test } from "vitest";
import {
  controlOf,
  initial,
  missing,
  parseLoose,
  showLoose,
  variantOf,
  withDefaults,
  withKey,
} from "./formValue";
import type { JsonSchema } from "./schema";

const OPERATION: JsonSchema = {
  oneOf: [
    {
      title: "Keep columns",
      type: "object",
      properties: {
        op: { const: "select" },
        columns: { type: "array", items: { type: "string" }, minItems: 1 },
      },
      required: ["op", "columns"],
    },
    { title: "Sort", type: "object", properties: { op: { const: "sort" }, descending: { type: "boolean" } } },
  ],
};

describe("which control edits what", () => {
  test.each<[string, JsonSchema]>([
    ["file", { type: "object", "x-type": "file" }],
    ["reference", { type: "object", "x-type": "table" }],
    ["enum", { enum: ["a", "b"] }],
    ["number", { type: ["integer", "null"] }],
    ["text", { type: "string" }],
    ["lines", { type: "string", maxLength: 100_000 }],
    ["date", { type: "string", format: "date" }],
    ["tags", { type: "array", items: { type: "string" } }],
    ["tags", { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] }],
    ["list", { type: "array", items: OPERATION }],
    ["variants", OPERATION],
    ["map", { type: "object", additionalProperties: { type: "string" } }],
    ["json", { type: "object" }],
    ["loose", { type: ["string", "number", "boolean"] }],
    ["loose", {}],
  ])("%s", (control, schema) => expect(controlOf(schema, schema)).toBe(control));
});

test("a new entry brings its constant and what it must have", () => {
  expect(initial(OPERATION, OPERATION)).toEqual({ op: "select", columns: [] });
});

test("a value is recognised by its constant", () => {
  expect(variantOf(OPERATION.oneOf ?? [], { op: "sort" })).toBe(1);
  expect(variantOf(OPERATION.oneOf ?? [], { op: "?" })).toBe(-1);
});

test("loose text is what it reads as, and shows again as it was", () => {
  for (const value of [5, true, null, [1, 2], "plain", "5", "true", "${ item }", "3 apples"]) {
    expect(parseLoose(showLoose(value))).toEqual(value);
  }
  expect(parseLoose("  ")).toBeUndefined();
});

test("keys keep their order; undefined takes one away", () => {
  expect(Object.keys(withKey({ a: 1, b: 2 }, "a", 3))).toEqual(["a", "b"]);
  expect(withKey({ a: 1 }, "a", undefined)).toEqual({});
});

test("a run's form starts with defaults and asks for what is missing", () => {
  const schema: JsonSchema = { properties: { limit: { default: 10 }, name: {} }, required: ["name"] };
  expect(withDefaults(schema, { gone: 1 })).toEqual({ limit: 10 });
  expect(missing(schema, { name: "" })).toEqual(["name"]);
});
