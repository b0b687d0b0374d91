import { expect, test } from "vitest";
import type { Marker } from "@/graph/runTypes";
import { groupMarks } from "./marks";

const mark = (seq: number, at: number): Marker => ({ seq, at, kind: "signal", by: "", text: "", about: "" });

test("marks close together stand as one, those outside the span are left out", () => {
  const found = groupMarks(
    [mark(1, 5), mark(2, 20), mark(3, 21), mark(4, 60), mark(5, 300)],
    { from: 10, to: 110 },
    0.05,
  );
  expect(found.map(({ share, marks }) => [share, marks.map(({ seq }) => seq)])).toEqual([
    [0.1, [2, 3]],
    [0.5, [4]],
  ]);
});
