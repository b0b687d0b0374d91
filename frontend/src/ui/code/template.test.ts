// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { expect, test } from "vitest";
import { expressionSpans } from "./template";

const parts = (text: string) => expressionSpans(text).map(({ from, to }) => text.slice(from, to));

test("braces and quotes inside an expression belong to it", () => {
  expect(parts("a ${ {'x': '}'} } b ${ y }")).toEqual(["${ {'x': '}'} }", "${ y }"]);
});

test("an escaped one is none, an open one goes to the end", () => {
  expect(parts("$${ no } ${ open")).toEqual(["${ open"]);
  expect(expressionSpans("${ open")[0]?.closed).toBe(false);
});
