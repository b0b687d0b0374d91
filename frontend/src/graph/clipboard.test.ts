// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { expect, test } from "vitest";
import { copyText, parseGraph, paste } from "./clipboard";
import { addEdge, addNode, setFields } from "./edit";
import { draft } from "./fixtures";
import { EMPTY_DRAFT, edgeId, toGraph } from "./model";

function linked() {
  const mapped = setFields(draft(), "table", {
    agent: "pandas-exec",
    input: { table: "${ steps.parse.table }" },
  });
  return addEdge(mapped, { source: "parse", target: "table", port: "out" });
}

function copied(ids: string[]) {
  const graph = parseGraph(copyText(linked(), ids));
  if (!graph) throw new Error("nothing copied");
  return graph;
}

test("pasted steps get free ids, and their expressions follow", () => {
  const { draft: after, ids } = paste(linked(), copied(["parse", "table"]), { x: 32, y: 32 });
  expect(ids).toEqual(["parse_2", "table_2"]);
  expect(after.fields.table_2?.input).toEqual({ table: "${ steps.parse_2.table }" });
  expect(after.structure.edges.map(edgeId)).toContain("parse_2:out>table_2");
  expect(after.structure.nodes.find((node) => node.id === "parse_2")?.position).toEqual({ x: 332, y: 32 });
});

test("an expression that names a step outside of what was copied stays as it is", () => {
  const { draft: after } = paste(linked(), copied(["table"]), { x: 0, y: 0 });
  expect(after.fields.table_2?.input).toEqual({ table: "${ steps.parse.table }" });
});

test("into another workflow ids stay; a map brings its contents; a second start does not come", () => {
  const into = paste(EMPTY_DRAFT, copied(["start", "each"]), { x: 0, y: 0 });
  expect(into.ids).toEqual(["start", "each", "inner"]);
  expect(paste(into.draft, copied(["start"]), { x: 0, y: 0 }).ids).toEqual([]);
});

test("a step copied out of its map stands where it was seen", () => {
  const { draft: after } = paste(EMPTY_DRAFT, copied(["inner"]), { x: 0, y: 0 });
  expect(after.structure.nodes[0]).toMatchObject({ parent: null, position: { x: 924, y: 60 } });
});

test("other texts hold no workflow", () => {
  expect(parseGraph("hello")).toBeUndefined();
  expect(parseGraph('{"nodes": []}')).toBeUndefined();
  expect(parseGraph('{"schema": "agentcluster.workflow/v1", "nodes": [{"id": 1}]}')).toBeUndefined();
  expect(parseGraph(JSON.stringify(toGraph(draft())))).toBeDefined();
});

test("a handler is copied with its step, and the workflow's settings stay its own", () => {
  const place = { id: "release", kind: "http" as const, parent: null, position: { x: 300, y: 120 } };
  const undone = addEdge(addNode(draft(), place, {}), {
    source: "parse",
    target: "release",
    port: "compensate",
  });
  const graph = parseGraph(copyText({ ...undone, settings: { timeout_s: 5 } }, ["parse", "release"]));
  if (!graph) throw new Error("nothing copied");
  expect(graph.settings).toBeUndefined();
  const { draft: after } = paste({ ...undone, settings: { timeout_s: 9 } }, graph, { x: 0, y: 300 });
  expect(after.structure.edges.map(edgeId)).toContain("parse_2:compensate>release_2");
  expect(after.settings).toEqual({ timeout_s: 9 });
});
