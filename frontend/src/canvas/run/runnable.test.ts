import { expect, test } from "vitest";
import { runnables } from "./runnable";

const versions = [{ number: 3 }, { number: 2 }, { number: 1 }];

test("the newest published version comes first, unless the reader is in the middle of editing", () => {
  expect(runnables({ role: "editor", versions, editing: false })).toEqual([3, "draft", 2, 1]);
  expect(runnables({ role: "owner", versions, editing: true })).toEqual(["draft", 3, 2, 1]);
});

test("where nothing is published, the draft is all there is", () => {
  expect(runnables({ role: "editor", versions: [], editing: false })).toEqual(["draft"]);
});

test("the draft is for those who may edit only, and a viewer runs nothing", () => {
  expect(runnables({ role: "operator", versions, editing: true })).toEqual([3, 2, 1]);
  expect(runnables({ role: "operator", versions: [], editing: false })).toEqual([]);
  expect(runnables({ role: "viewer", versions, editing: false })).toEqual([]);
});
