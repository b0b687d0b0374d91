import { describe, expect, it } from "vitest";
import { fieldNames, fold, requiredNames } from "./formFields";
import type { JsonSchema } from "./schema";

const TEXT: JsonSchema = {
  type: "object",
  required: ["action"],
  properties: {
    action: { enum: ["split", "join"] },
    text: { type: "string", "x-when": { action: ["split"] } },
    texts: { type: "array", "x-when": { action: ["join"] } },
    separator: { type: "string", "x-when": { action: ["split", "join"] } },
  },
  allOf: [
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so
    { if: { properties: { action: { const: "split" } } }, then: { required: ["text"] } },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so
    { if: { properties: { action: { const: "join" } } }, then: { required: ["texts"] } },
  ],
};

const MANY: JsonSchema = {
  required: ["b"],
  properties: { a: {}, b: {}, c: { "x-common": true }, d: {}, e: {}, f: {}, g: {} },
};

describe("the fields of a form", () => {
  it("are those of the chosen action, and what holds something", () => {
    expect(fieldNames(TEXT, {})).toEqual(["action"]);
    expect(fieldNames(TEXT, { action: "join" })).toEqual(["action", "texts", "separator"]);
    expect(fieldNames(TEXT, { action: "join", text: "left over" })).toContain("text");
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression
    expect(fieldNames(TEXT, { action: "${ input.what }" })).toEqual(["action", "text", "texts", "separator"]);
    expect(fieldNames(TEXT, { action: "split" }, ["action"])).toEqual(["text", "separator"]);
  });

  it("are required as the chosen action says", () => {
    expect([...requiredNames(TEXT, { action: "split" })]).toEqual(["action", "text"]);
    expect([...requiredNames(TEXT, {})]).toEqual(["action"]);
  });

  it("show from the start what is needed or common, in the schema's order", () => {
    const needed = (name: string) => name === "b";
    expect(fold(MANY, Object.keys(MANY.properties ?? {}), needed)).toEqual({
      first: ["b", "c"],
      folded: ["a", "d", "e", "f", "g"],
    });
  });

  it("fold nothing when they are few", () => {
    expect(fold(MANY, ["a", "b"], () => false)).toEqual({ first: ["a", "b"], folded: [] });
  });
});
