import { expect, test } from "vitest";
import { previewOf } from "./preview";

test("a graph fits its frame, notes and what stands in maps left out", () => {
  const { boxes, lines } = previewOf(
    {
      nodes: [
        { kind: "start", id: "start", position: { x: 0, y: 0 } },
        { kind: "agent", id: "a", agent: "text", position: { x: 300, y: 200 } },
        { kind: "end", id: "end", position: { x: 900, y: 100 } },
        { kind: "note", id: "n", position: { x: 5000, y: 5000 } },
      ],
      edges: [
        { source: "start", target: "a" },
        { source: "a", target: "end" },
        { source: "a", target: "gone" },
      ],
    },
    400,
    200,
  );
  expect(boxes.map(({ id, x, y }) => [id, Math.round(x), Math.round(y)])).toEqual([
    ["start", 28, 21],
    ["a", 143, 179],
    ["end", 372, 100],
  ]);
  expect(lines.map(({ id }) => id)).toEqual(["start:out>a", "a:out>end"]);
});

test("a single row stands in the middle", () => {
  const { boxes } = previewOf({ nodes: [{ kind: "start", id: "start" }], edges: [] }, 100, 80);
  expect(boxes[0]).toMatchObject({ x: 50, y: 40 });
});

test("a line back to the next row goes round the boxes, inside the frame", () => {
  const { lines } = previewOf(
    {
      nodes: [
        { kind: "start", id: "a", position: { x: 0, y: 0 } },
        { kind: "end", id: "b", position: { x: 600, y: 0 } },
        { kind: "agent", id: "c", agent: "text", position: { x: 0, y: 200 } },
      ],
      edges: [{ source: "b", target: "c" }],
    },
    400,
    96,
  );
  const horizontal = lines[0]?.path.match(/-?[\d.]+(?=,)|(?<=H)-?[\d.]+/g)?.map(Number) ?? [];
  expect(Math.min(...horizontal)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...horizontal)).toBeLessThanOrEqual(400);
});

test("labels stand whole where there is room, inside of the frame, and are cut where there is none", () => {
  const title = "Weekly revenue by region";
  const row = (count: number) => ({
    nodes: Array.from({ length: count }, (_, index) => ({
      kind: "agent" as const,
      id: `${index}`,
      title,
      agent: "text",
      position: { x: index * 300, y: 0 },
    })),
  });
  const [roomy] = previewOf(row(3), 460, 96).boxes;
  expect([roomy?.words.text, (roomy?.words.x ?? 0) - (title.length * 4.9) / 2 >= 0]).toEqual([title, true]);
  const tight = previewOf(row(8), 460, 96).boxes;
  expect(tight.map(({ words }) => words.text.endsWith("…"))).toEqual(Array(8).fill(true));
});
