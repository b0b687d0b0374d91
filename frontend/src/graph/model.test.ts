import { expect, test } from "vitest";
import { addNode, remove, renameNode, setSettings } from "./edit";
import { draft, graph } from "./fixtures";
import { edgeId, toDraft, toGraph } from "./model";

test("a workflow comes back as it was after a round trip", () => {
  expect(toGraph(toDraft(graph))).toEqual(graph);
});

test("settings of the whole come back too, and stay through every change", () => {
  const settings = { timeout_s: 60, concurrency: { limit: 2, full: "reject" as const } };
  const given = toDraft({ ...graph, settings });
  expect(toGraph(given)).toEqual({ ...graph, settings });
  const place = { id: "more", kind: "wait" as const, parent: null, position: { x: 0, y: 0 } };
  const changed = renameNode(remove(addNode(given, place, {}), ["words"]), "parse", "read");
  expect(toGraph(changed).settings).toEqual(settings);
  expect(toGraph(setSettings(changed, { timeout_s: undefined, concurrency: undefined }))).not.toHaveProperty(
    "settings",
  );
});

test("structure and field values are kept apart", () => {
  const { structure, fields } = draft();
  expect(structure.nodes.find((node) => node.id === "each")?.size).toEqual({ x: 560, y: 260 });
  expect(fields.parse).toEqual({ agent: "csv-parse", input: expect.anything() });
});

test("edges are named as the server names them", () => {
  expect(edgeId({ source: "a", target: "b" })).toBe("a:out>b");
  expect(edgeId({ source: "a", target: "b", port: "true" })).toBe("a:true>b");
});
