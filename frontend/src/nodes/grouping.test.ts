import { expect, test } from "vitest";
import { instance, node } from "./fixtures";
import { byRegion, choicesOf, filtered, inOrder } from "./grouping";

const none = { region: "", role: "", agent: "", health: "", search: "" };
const names = (nodes: readonly { name: string }[]) => nodes.map(({ name }) => name);

const nodes = [
  node("node-10"),
  node("node-2", { status: "failed", agents: [instance("text")] }),
  node("lost", { region: "", host: "Attic" }),
  node("ape", {
    region: "ap",
    role: "planner",
    agents: [instance("json"), instance("json", { instance: "json-2" })],
  }),
];

test("nodes stand under their region, by name as people count, those without a region last", () => {
  const groups = byRegion(nodes);
  expect(groups.map(({ region }) => region)).toEqual(["ap", "eu", ""]);
  expect(names(groups[1]?.nodes ?? [])).toEqual(["node-2", "node-10"]);
  expect(groups[1]?.health).toEqual({ active: 1, unreachable: 0, failed: 1 });
  expect(groups[0]?.instances).toBe(2);
});

test("each filter narrows, and all hold at once", () => {
  expect(names(filtered(nodes, none))).toHaveLength(4);
  expect(names(filtered(nodes, { ...none, region: "eu" }))).toEqual(["node-10", "node-2"]);
  expect(names(filtered(nodes, { ...none, role: "planner" }))).toEqual(["ape"]);
  expect(names(filtered(nodes, { ...none, health: "failed" }))).toEqual(["node-2"]);
  expect(names(filtered(nodes, { ...none, agent: "json" }))).toEqual(["ape"]);
  expect(names(filtered(nodes, { ...none, agent: "json", region: "eu" }))).toEqual([]);
});

test("a search finds hosts and instances, too", () => {
  expect(names(filtered(nodes, { ...none, search: "attic" }))).toEqual(["lost"]);
  expect(names(filtered(nodes, { ...none, search: "json-2 ape" }))).toEqual(["ape"]);
});

test("instances keep their order whatever the answer's is", () => {
  const [a, b] = [instance("json", { instance: "json-10" }), instance("json", { instance: "json-9" })];
  expect(inOrder([a, b])).toEqual(inOrder([b, a]));
  expect(inOrder([a, b]).map((one) => one.instance)).toEqual(["json-9", "json-10"]);
});

test("what can be chosen is what there is", () => {
  expect(choicesOf(nodes)).toEqual({
    regions: ["ap", "eu"],
    roles: ["planner", "worker"],
    agents: ["json", "text"],
  });
});

test("two hundred nodes with a thousand instances are grouped in a blink", () => {
  const many = Array.from({ length: 200 }, (_, at) =>
    node(`n-${at}`, {
      region: `r${at % 7}`,
      agents: Array.from({ length: 5 }, (_, slot) => instance("text", { instance: `t-${at}-${slot}` })),
    }),
  );
  const begun = performance.now();
  expect(byRegion(filtered(many, { ...none, search: "t-19" })).length).toBeGreaterThan(0);
  expect(performance.now() - begun).toBeLessThan(100);
});
