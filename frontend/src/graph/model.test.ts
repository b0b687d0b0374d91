import { expect, test } from "vitest";
import { draft, graph } from "./fixtures";
import { edgeId, findNode, toDraft, toGraph } from "./model";

test("a workflow comes back as it was after a round trip", () => {
  expect(toGraph(toDraft(graph))).toEqual(graph);
});

test("structure and field values are kept apart", () => {
  const { structure, fields } = draft();
  expect(structure.nodes.find((node) => node.id === "each")?.size).toEqual({ x: 560, y: 260 });
  expect(fields.parse).toEqual({ agent: "csv-parse", input: expect.anything() });
  expect(findNode(draft(), "parse")).toMatchObject({ kind: "agent", agent: "csv-parse" });
});

test("edges are named as the server names them", () => {
  expect(edgeId({ source: "a", target: "b" })).toBe("a:out>b");
  expect(edgeId({ source: "a", target: "b", port: "true" })).toBe("a:true>b");
});
