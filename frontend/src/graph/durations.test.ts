import { expect, test } from "vitest";
import { spansOf, toSeconds, toSpan } from "./durations";
import { fromLocal, toLocal } from "./moments";

test("seconds are shown in the largest unit that says them whole", () => {
  expect(toSpan(7_200)).toEqual({ amount: 2, unit: "h" });
  expect(toSpan(90)).toEqual({ amount: 90, unit: "s" });
  expect(toSpan(0)).toEqual({ amount: 0, unit: "s" });
  expect(toSpan(0.5)).toEqual({ amount: 0.5, unit: "s" });
  expect(toSpan(172_800)).toEqual({ amount: 2, unit: "d" });
});

test("a span comes back as the seconds it was", () => {
  for (const seconds of [0.25, 1, 59, 60, 5_400, 86_400, 90_061]) {
    expect(toSeconds(toSpan(seconds))).toBe(seconds);
  }
});

test("words take two units at most", () => {
  expect(spansOf(5_400)).toEqual([
    { amount: 1, unit: "h" },
    { amount: 30, unit: "min" },
  ]);
  expect(spansOf(90_061)).toHaveLength(2);
  expect(spansOf(1.5)).toEqual([{ amount: 1.5, unit: "s" }]);
  expect(spansOf(0)).toEqual([]);
});

test("a moment keeps its place in time through the form", () => {
  const stored = fromLocal("2026-03-01T09:30");
  expect(stored).toMatch(/^2026-03-01T09:30:00[+-]\d\d:\d\d$/);
  expect(toLocal(stored)).toBe("2026-03-01T09:30");
  expect(new Date(stored).getTime()).toBe(new Date("2026-03-01T09:30").getTime());
  expect(toLocal("tomorrow")).toBe("");
  expect(fromLocal("")).toBe("");
});
