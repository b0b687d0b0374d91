import { describe, expect, test } from "vitest";
import { FILE, TABLE } from "./fixtures";
import type { JsonSchema } from "./schema";
import { fits } from "./types";

const object = (properties: Record<string, JsonSchema>, more: JsonSchema = {}): JsonSchema => ({
  type: "object",
  properties,
  ...more,
});

describe("what fits", () => {
  test.each<[string, JsonSchema, JsonSchema]>([
    ["the same shape", TABLE, TABLE],
    ["anything into a table, checked when it runs", {}, TABLE],
    ["a table where any object may stand", TABLE, { type: "object" }],
    ["a whole number for a number", { type: "integer" }, { type: "number" }],
    ["one of several types", { type: "string" }, { type: ["string", "null"] }],
    ["one of several shapes", TABLE, { oneOf: [FILE, TABLE] }],
    ["through a reference", { $ref: "#/$defs/t", $defs: { t: TABLE } }, TABLE],
    [
      "lists of what fits",
      { type: "array", items: { type: "integer" } },
      { type: "array", items: { type: "number" } },
    ],
  ])("%s", (_, output, input) => expect(fits(output, input)).toEqual({ ok: true }));
});

describe("what does not fit says why", () => {
  test.each<[string, JsonSchema, JsonSchema, object]>([
    ["another shape", FILE, TABLE, { code: "shape", have: "file", want: "table" }],
    ["text for a table", { type: "string" }, TABLE, { code: "shape", have: "string", want: "table" }],
    [
      "another type",
      { type: "boolean" },
      { type: "number" },
      { code: "type", have: "boolean", want: "number" },
    ],
    [
      "no value in common",
      { enum: ["a"] },
      { enum: ["b"] },
      { code: "value", have: "string", want: "string" },
    ],
    [
      "a required property that cannot be there",
      object({ a: {} }, { additionalProperties: false }),
      object({ b: {} }, { required: ["b"] }),
      { code: "missing", have: "object", want: "b" },
    ],
    [
      "lists of something else",
      { type: "array", items: { type: "string" } },
      { type: "array", items: TABLE },
      { code: "shape", have: "string", want: "table" },
    ],
  ])("%s", (_, output, input, reason) => expect(fits(output, input)).toMatchObject({ ok: false, reason }));
});

test("a property that would fit is suggested", () => {
  expect(fits(object({ note: { type: "string" }, table: TABLE }), TABLE)).toMatchObject({
    ok: false,
    suggestion: "table",
  });
});
