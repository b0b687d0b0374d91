import { beforeEach, expect, test } from "vitest";
import { total, unread, useSeen } from "./unread";

beforeEach(() => useSeen.setState({ counts: {} }));

test("what was seen counts no more, what came since does, and most stands first", () => {
  const now = [
    { contract: "a", count: 5 },
    { contract: "b", count: 7 },
    { contract: "c", count: 1 },
  ];
  useSeen.getState().look([
    { contract: "a", count: 5 },
    { contract: "b", count: 6 },
  ]);
  const found = unread(now, useSeen.getState().counts);
  expect(found).toEqual([
    { contract: "b", count: 1 },
    { contract: "c", count: 1 },
  ]);
  expect(total(found)).toBe(2);
});

test("after somebody cleared them, they count from 0", () => {
  expect(unread([{ contract: "a", count: 2 }], { a: 9 })).toEqual([{ contract: "a", count: 2 }]);
  expect(unread([{ contract: "a", count: 0 }], { a: 9 })).toEqual([]);
});

test("looking again at the same changes nothing", () => {
  useSeen.getState().look([{ contract: "a", count: 1 }]);
  const before = useSeen.getState().counts;
  useSeen.getState().look([{ contract: "a", count: 1 }]);
  expect(useSeen.getState().counts).toBe(before);
});
