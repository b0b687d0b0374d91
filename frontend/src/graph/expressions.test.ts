// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { expect, test } from "vitest";
import { expressionsIn, isExpression, renameStepsIn, stepsNamed, wholeExpression } from "./expressions";

test("a literal ${ is written $${", () => {
  expect(isExpression("${ input.a }")).toBe(true);
  expect(isExpression("costs $${5}")).toBe(false);
  expect(isExpression(5)).toBe(false);
});

test("a whole expression is told from a text with one inside", () => {
  expect(wholeExpression("${ steps.a.b }")).toBe("steps.a.b");
  expect(wholeExpression("Hello ${ input.name }")).toBeUndefined();
  expect(wholeExpression("${ a }${ b }")).toBeUndefined();
});

test("steps are found however they are written", () => {
  expect(stepsNamed("${ steps.a.x + steps['b-1'].y + mysteps.c }")).toEqual(["a", "b-1"]);
});

test("only expressions are rewritten, and unchanged parts keep their identity", () => {
  const value = { text: "steps.a is fine", list: ["${ steps.a.x }"], other: { deep: ["${ steps.b.x }"] } };
  const after = renameStepsIn(value, new Map([["a", "z"]]));
  expect(after).toEqual({ ...value, list: ["${ steps.z.x }"] });
  expect(after.other).toBe(value.other);
});

test("each expression is found with its place", () => {
  expect(expressionsIn({ input: { "a/b": ["x", "${ item }"] } })).toEqual([
    { pointer: "/input/a~1b/1", text: "${ item }" },
  ]);
});
