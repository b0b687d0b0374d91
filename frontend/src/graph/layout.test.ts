import { expect, test } from "vitest";
import { addEdge, move } from "./edit";
import { draft } from "./fixtures";
import { align, arrange, estimate } from "./layout";

function arranged() {
  let linked = addEdge(draft(), { source: "parse", target: "table", port: "out" });
  linked = addEdge(linked, { source: "parse", target: "words", port: "out" });
  const measure = (id: string) => {
    const node = linked.structure.nodes.find((item) => item.id === id);
    if (!node) throw new Error(id);
    return estimate(node, 1);
  };
  const { moves, sizes } = arrange(linked.structure, measure);
  return { after: move(linked, moves), sizes, measure };
}

test("what follows stands to the right, and nothing overlaps", () => {
  const { after, measure } = arranged();
  const at = (id: string) => after.structure.nodes.find((node) => node.id === id)?.position ?? { x: 0, y: 0 };
  expect(at("parse").x).toBeGreaterThan(at("start").x + measure("start").width);
  expect(at("table").x).toBe(at("words").x);
  expect(Math.abs(at("table").y - at("words").y)).toBeGreaterThanOrEqual(measure("table").height);
});

test("a map is as large as what is in it", () => {
  const { sizes } = arranged();
  expect(sizes.get("each")).toEqual({ width: 240 + 56, height: 64 + 56 + 28 });
});

test("boxes line up on a side or on their middle", () => {
  const boxes = [
    { id: "a", x: 0, y: 0, width: 100, height: 50 },
    { id: "b", x: 40, y: 90, width: 200, height: 50 },
  ];
  expect(align(boxes, "right").map((item) => item.position.x)).toEqual([140, 40]);
  expect(align(boxes, "centre").map((item) => item.position.x)).toEqual([70, 20]);
  expect(align(boxes.slice(1), "left")).toEqual([]);
});
