import { expect, test } from "vitest";
import { lastChange } from "./changes";
import type { SetRow } from "./wire";

const row = (number: number, action: string, title: string): SetRow => ({
  number,
  action,
  title,
  previous: number - 1,
  note: "",
  by: "ada",
  at: "",
  count: 1,
});

test("a policy stands since it was changed itself, or all of them were", () => {
  const history = [row(5, "repair", ""), row(4, "enable", "b"), row(3, "rollback", "1"), row(2, "put", "a")];
  expect(lastChange(history, "b")?.number).toBe(4);
  expect(lastChange(history, "a")?.number).toBe(3);
  expect(lastChange(history.slice(0, 2), "a")).toBeUndefined();
});
