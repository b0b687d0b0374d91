import { expect, test } from "vitest";
import { node } from "@/nodes/fixtures";
import type { AgentDetail, AgentVersion } from "@/wire/types";
import { deployEffects, fitting } from "./deployEffects";

const version = (number: string, replicas: number, weight = 100) =>
  ({ version: number, deployment: replicas > 0 ? { replicas, weight } : null }) as unknown as AgentVersion;

const [old, fresh] = [version("1.0.0", 3, 90), version("2.0.0", 0)];
const agent = { name: "text", versions: [fresh, old] } as unknown as AgentDetail;
const nodes = [
  node("a"),
  node("b", { region: "us" }),
  node("c", { draining: true }),
  node("d", { status: "failed" }),
];
const keys = (change: Partial<Parameters<typeof deployEffects>[0]>) =>
  deployEffects({ agent, version: fresh, replicas: 1, weight: 10, where: {}, nodes, ...change });

test("only nodes that are active, take new instances and match count", () => {
  expect(fitting(nodes, {}).map(({ name }) => name)).toEqual(["a", "b"]);
  expect(fitting(nodes, { region: "us" }).map(({ name }) => name)).toEqual(["b"]);
  expect(fitting(nodes, { nodes: ["a", "d"], not_nodes: ["a"] })).toEqual([]);
});

test("a bundle needs a node that can run it", () => {
  const open = node("open", {
    runtime: { sandbox: false, reason: "No bubblewrap.", trusted_without: false },
  });
  expect(fitting([open], {})).toEqual([open]);
  expect(fitting([open], {}, "bundle")).toEqual([]);
});

test("a canary starts one and gets its part of the calls", () => {
  expect(keys({})).toEqual([
    { key: "start", count: 1 },
    { key: "share", percent: 10 },
  ]);
});

test("what cannot work is told", () => {
  expect(keys({ where: { region: "moon" }, weight: 0 }).map(({ key }) => key)).toEqual([
    "start",
    "noNode",
    "noShare",
  ]);
});

test("fewer end, none means that calls find nobody", () => {
  expect(keys({ version: old, replicas: 1, weight: 100 })[0]).toEqual({ key: "end", count: 2 });
  expect(keys({ version: old, replicas: 0 }).map(({ key }) => key)).toEqual(["end", "none"]);
  expect(keys({ version: old, replicas: 3 })[0]).toEqual({ key: "same" });
});
