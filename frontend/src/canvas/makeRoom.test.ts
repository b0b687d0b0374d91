import { expect, it } from "vitest";
import { addEdge, addNode } from "@/graph/edit";
import { type Draft, toDraft } from "@/graph/model";
import { makeRoom } from "./makeRoom";

const EDGE = { source: "a", target: "b", port: "out" };
const measure = () => ({ width: 240, height: 64 });

function between(gap: number): Draft {
  let draft = toDraft({ schema: "agentcluster.workflow/v1", nodes: [], edges: [] });
  for (const [id, x] of [
    ["a", 0],
    ["b", 240 + gap],
    ["new", 100],
  ] as const) {
    draft = addNode(draft, { id, kind: "transform", parent: null, position: { x, y: 0 } }, { output: {} });
  }
  return addEdge(draft, EDGE);
}

const places = (draft: Draft) =>
  Object.fromEntries(draft.structure.nodes.map((node) => [node.id, node.position.x]));

it("moves what follows on when a step does not fit between two others", () => {
  expect(places(makeRoom(between(60), EDGE, "new", measure))).toEqual({ a: 0, new: 300, b: 600 });
});

it("moves nothing else where there is room", () => {
  expect(places(makeRoom(between(600), EDGE, "new", measure))).toEqual({ a: 0, new: 420, b: 840 });
});
