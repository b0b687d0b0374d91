// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { expect, test } from "vitest";
import { addEdge, addNode, move, remove, renameNode, renamePort, setFields, splitEdge } from "./edit";
import { draft } from "./fixtures";
import { edgeId } from "./model";

const edges = (value: ReturnType<typeof draft>) => value.structure.edges.map(edgeId);

test("removing a map removes what is in it and the edges that touch it", () => {
  const linked = addEdge(draft(), { source: "parse", target: "each", port: "out" });
  const after = remove(linked, ["each"]);
  expect(after.structure.nodes.map((node) => node.id)).not.toContain("inner");
  expect(after.fields.inner).toBeUndefined();
  expect(edges(after)).toEqual(["start:out>parse"]);
});

test("removing nothing changes nothing", () => {
  const before = draft();
  expect(remove(before, [])).toBe(before);
});

test("a new id is followed by edges, children and expressions", () => {
  const named = setFields(draft(), "table", {
    agent: "pandas-exec",
    input: { table: "${ steps.parse.table }" },
  });
  const after = renameNode(renameNode(named, "parse", "read_csv"), "each", "loop");
  expect(edges(after)).toEqual(["start:out>read_csv"]);
  expect(after.fields.table?.input).toEqual({ table: "${ steps.read_csv.table }" });
  expect(after.structure.nodes.find((node) => node.id === "inner")?.parent).toBe("loop");
});

test("an id that is taken is refused", () => {
  const before = draft();
  expect(renameNode(before, "parse", "table")).toBe(before);
});

test("edges on a port that went away go with it; a renamed port keeps them", () => {
  const cases = [{ port: "big", expression: "" }];
  const node = { id: "sw", kind: "switch", parent: null, position: { x: 0, y: 0 } } as const;
  const linked = addEdge(addNode(draft(), node, { cases }), { source: "sw", target: "words", port: "big" });
  expect(edges(renamePort(linked, "sw", "big", "huge"))).toContain("sw:huge>words");
  expect(edges(setFields(linked, "sw", { cases: [] }))).not.toContain("sw:big>words");
});

test("a step put into an edge stands between its ends", () => {
  const [edge] = draft().structure.edges;
  if (!edge) throw new Error("no edge");
  expect(edges(splitEdge(draft(), edge, "words"))).toEqual(["start:out>words", "words:out>parse"]);
});

test("a step moved into a map comes after it, as the canvas needs it", () => {
  const after = move(draft(), [{ id: "words", position: { x: 10, y: 10 }, parent: "each" }]);
  const ids = after.structure.nodes.map((node) => node.id);
  expect(ids.indexOf("words")).toBeGreaterThan(ids.indexOf("each"));
});
