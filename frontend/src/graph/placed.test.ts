import { expect, test } from "vitest";
import { graph } from "./fixtures";
import { type Graph, toDraft, toGraph } from "./model";
import { placedDraft } from "./placed";

const bare = (over: Partial<Record<string, { x: number; y: number }>> = {}): Graph => ({
  ...graph,
  nodes: (graph.nodes ?? []).map(({ position: _, ...node }) => ({
    ...node,
    ...(over[node.id] && { position: over[node.id] }),
  })) as NonNullable<Graph["nodes"]>,
});

const spots = (found: ReturnType<typeof placedDraft>) =>
  found.structure.nodes.map(({ parent, position }) => `${parent} ${position.x} ${position.y}`);

test("a workflow with places is left as it is", () => {
  expect(placedDraft(graph)).toEqual(toDraft(graph));
});

test("steps without places are laid out, each on a spot of its own, in the order they run", () => {
  const found = placedDraft(bare());
  expect(new Set(spots(found)).size).toBe(found.structure.nodes.length);
  const x = (id: string) => found.structure.nodes.find((node) => node.id === id)?.position.x ?? Number.NaN;
  expect(x("parse")).toBeGreaterThan(x("start"));
});

test("steps that all stand on one spot are laid out, too", () => {
  const spot = { x: 40, y: 40 };
  const found = placedDraft(bare(Object.fromEntries((graph.nodes ?? []).map(({ id }) => [id, spot]))));
  expect(new Set(spots(found)).size).toBe(found.structure.nodes.length);
});

test("what is inside a container is laid out without moving what stands outside", () => {
  const twice: Graph = {
    ...graph,
    nodes: [
      ...(graph.nodes ?? []),
      { id: "other", kind: "agent", agent: "text", parent: "each", position: { x: 24, y: 60 }, input: {} },
    ],
  };
  const [before, after] = [toDraft(twice), placedDraft(twice)];
  const outside = (draft: typeof before) => draft.structure.nodes.filter(({ parent }) => parent === null);
  expect(outside(after).map(({ position }) => position)).toEqual(
    outside(before).map(({ position }) => position),
  );
  expect(new Set(spots(after)).size).toBe(after.structure.nodes.length);
});

test("saving keeps the places", () => {
  const saved = toGraph(placedDraft(bare()));
  expect(placedDraft(saved)).toEqual(toDraft(saved));
});
