import { expect, test } from "vitest";
import { childPath, jsonLines } from "./jsonLines";

const none = { toggled: new Set<string>(), shown: new Map<string, number>() };
const paths = (value: unknown, state = none) => jsonLines(value, state).map(({ path }) => path);

test("two levels are open, deeper ones on request", () => {
  const value = { a: { b: { c: 1 } } };
  expect(paths(value)).toEqual(["$", "$.a", "$.a.b"]);
  expect(paths(value, { ...none, toggled: new Set(["$.a.b"]) })).toEqual(["$", "$.a", "$.a.b", "$.a.b.c"]);
  expect(paths(value, { ...none, toggled: new Set(["$.a"]) })).toEqual(["$", "$.a"]);
});

test("of a long list the first hundred are shown, and how many are left", () => {
  const value = Array.from({ length: 250 }, (_, index) => index);
  const opened = { ...none, toggled: new Set(["$"]) };
  const lines = jsonLines(value, opened);
  expect(lines).toHaveLength(102);
  expect(lines.at(-1)?.left).toBe(150);
  expect(jsonLines(value, { ...opened, shown: new Map([["$", 250]]) })).toHaveLength(251);
});

test("paths can be pasted into an expression", () => {
  expect([childPath("$", "a"), childPath("$", "a b"), childPath("$.a", 3)]).toEqual([
    "$.a",
    '$["a b"]',
    "$.a[3]",
  ]);
});
