import { expect, test } from "vitest";
import { type Flowing, flowed } from "./flow";

const same = (item: string) => item;
const show = (tiles: readonly Flowing<string>[]) =>
  tiles.map(({ key, phase }) => (phase === "still" ? key : `${key} ${phase}`));

test("what is there when the page opens does not come in", () => {
  expect(show(flowed([], ["a", "b"], same, true))).toEqual(["a", "b"]);
});

test("what is new comes in at its place", () => {
  const before = flowed([], ["a", "c"], same, true);
  expect(show(flowed(before, ["a", "b", "c"], same))).toEqual(["a", "b in", "c"]);
});

test("what left fades where it stood", () => {
  const before = flowed([], ["a", "b", "c", "d"], same, true);
  const after = flowed(before, ["a", "d"], same);
  expect(show(after)).toEqual(["a", "b out", "c out", "d"]);
  expect(show(flowed(before, ["b", "c", "d"], same))).toEqual(["a out", "b", "c", "d"]);
});

test("what comes back while it fades comes in again, once", () => {
  const before = flowed(flowed([], ["a", "b"], same, true), ["a"], same);
  expect(show(flowed(before, ["a", "b"], same))).toEqual(["a", "b in"]);
});

test("an answer that changes nothing moves nothing", () => {
  const before = flowed([], ["a", "b"], same, true);
  expect(show(flowed(flowed(before, ["a", "b", "c"], same), ["a", "b", "c"], same))).toEqual(["a", "b", "c"]);
});
