import { expect, test } from "vitest";
import { begin, MAX_STEPS, push, redo, undo } from "./history";

test("undo goes back, redo forward, a new change forgets the future", () => {
  let history = push(push(begin("a"), "b", 1), "c", 2);
  history = undo(history);
  expect(history.present).toBe("b");
  expect(redo(history).present).toBe("c");
  history = push(history, "d", 3);
  expect(redo(history)).toBe(history);
  expect(undo(undo(history)).present).toBe("a");
});

test("typing is one step; a pause or another field begins the next", () => {
  let history = begin("");
  history = push(history, "h", 1_000, "title");
  history = push(history, "he", 1_200, "title");
  history = push(history, "hey", 9_000, "title");
  history = push(history, "hey!", 9_100, "text");
  expect(history.past).toEqual(["", "he", "hey"]);
});

test("nothing changed is no step; typing after an undo is a new one", () => {
  const history = push(begin("a"), "b", 1, "title");
  expect(push(history, "b", 2)).toBe(history);
  expect(push(undo(history), "c", 3, "title").past).toEqual(["a"]);
});

test("the past is bounded", () => {
  let history = begin(0);
  for (let step = 1; step <= MAX_STEPS + 20; step += 1) history = push(history, step, step * 10_000);
  expect(history.past).toHaveLength(MAX_STEPS);
});
