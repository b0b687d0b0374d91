import { expect, test } from "vitest";
import { node } from "@/nodes/fixtures";
import { extended, KEPT_MS } from "./nodeHistory";

test("samples pile up, old ones are let go, and nodes that are gone for long are forgotten", () => {
  let records = extended(new Map(), [node("a"), node("b")], 0);
  records = extended(records, [node("a", { load: 40 })], 1000);
  expect(records.get("a")?.samples.map(({ load }) => load)).toEqual([10, 40]);
  records = extended(records, [node("a")], KEPT_MS + 500);
  expect(records.get("a")?.samples.map(({ at }) => at)).toEqual([1000, KEPT_MS + 500]);
  expect(records.has("b")).toBe(false);
});

test("a change of health is kept, newest first; what stood when the page opened is none", () => {
  let records = extended(new Map(), [node("a")], 0);
  expect(records.get("a")?.changes).toEqual([]);
  records = extended(records, [node("a", { status: "unreachable" })], 1000);
  records = extended(records, [node("a", { status: "failed" }), node("late")], 2000);
  expect(records.get("a")?.changes).toEqual([
    { at: 2000, from: "unreachable", to: "failed" },
    { at: 1000, from: "active", to: "unreachable" },
  ]);
  expect(records.get("late")?.changes).toEqual([{ at: 2000, from: null, to: "active" }]);
});
