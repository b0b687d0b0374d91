import { expect, test } from "vitest";
import { inputProblems } from "./inputProblems";

const schema = {
  type: "object",
  properties: {
    text: { type: "string" },
    many: { type: ["integer", "null"] },
    way: { enum: ["a", "b"] },
    rows: {
      type: "array",
      items: { type: "object", properties: { n: { type: "number" } }, required: ["n"] },
    },
  },
  required: ["text"],
  additionalProperties: false,
};
const said = (value: unknown) =>
  inputProblems(schema, value).map(({ pointer, rule }) => `${pointer} ${rule}`);

test("an input that fits has no problem", () => {
  expect(said({ text: "x", many: null, way: "a", rows: [{ n: 1.5 }] })).toEqual([]);
});

test("each field that does not fit is named, deep inside, too", () => {
  expect(said({ many: 1.5, way: "c", rows: [{ n: 1 }, {}, { n: "2" }], more: 1 })).toEqual([
    "/text required",
    "/many type",
    "/way enum",
    "/rows/1/n required",
    "/rows/2/n type",
    "/more unknown",
  ]);
});

test("something else than an object is told once", () => {
  expect(said([1, 2])).toEqual([" type"]);
  expect(said(undefined)).toEqual([" type"]);
});

test("a schema that says nothing allows everything", () => {
  expect(inputProblems({}, { a: 1 })).toEqual([]);
});
