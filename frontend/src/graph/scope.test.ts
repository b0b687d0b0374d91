// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { expect, test } from "vitest";
import { addEdge, addNode } from "./edit";
import { catalogue, draft, TABLE } from "./fixtures";
import { outputSchema, sourcesAt } from "./scope";

test("only what runs before can be named, nearest first, then the run's input", () => {
  const linked = addEdge(draft(), { source: "parse", target: "table", port: "out" });
  expect(sourcesAt(linked, "table", catalogue).map((source) => source.path)).toEqual([
    "steps.parse",
    "input",
  ]);
  expect(sourcesAt(linked, "words", catalogue).map((source) => source.path)).toEqual(["input"]);
});

test("inside a map there are item and index, and what runs before the map", () => {
  const linked = addEdge(draft(), { source: "parse", target: "each", port: "out" });
  expect(sourcesAt(linked, "inner", catalogue).map((source) => source.path)).toEqual([
    "item",
    "index",
    "steps.parse",
    "input",
  ]);
});

test("a transform gives what its expressions point at", () => {
  const placed = addNode(
    draft(),
    { id: "pick", kind: "transform", parent: null, position: { x: 0, y: 0 } },
    { output: { rows: "${ steps.parse.table }", title: "Report", twice: "${ input.limit * 2 }" } },
  );
  expect(outputSchema(placed, "pick", catalogue).properties).toEqual({
    rows: TABLE,
    title: { type: "string" },
    twice: {},
  });
});
