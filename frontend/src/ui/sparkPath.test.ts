import { expect, test } from "vitest";
import { linePath } from "./sparkPath";

const frame = { from: 0, to: 100_000, most: 100, width: 100, height: 44 };

test("points stand at their time and height; what is too high touches the top", () => {
  const points = [
    { at: 0, value: 0 },
    { at: 10_000, value: 50 },
    { at: 20_000, value: 400 },
  ];
  expect(linePath(points, frame).line).toBe("M0 42L10 22L20 2");
});

test("a time in which nobody looked is a gap", () => {
  const points = [0, 10_000, 60_000, 70_000].map((at) => ({ at, value: 0 }));
  expect(linePath(points, frame).line).toBe("M0 42L10 42M60 42L70 42");
});

test("no points, no line; what is older than the frame is left out", () => {
  expect(linePath([], frame)).toEqual({ line: "", area: "" });
  expect(linePath([{ at: -1, value: 5 }], frame).line).toBe("");
});
