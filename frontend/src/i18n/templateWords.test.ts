import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import i18next from "i18next";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Graph } from "@/wire/types";
import { inOwnWords } from "./templateWords";
import problems from "./zh-Hans/problems.json";

const SAMPLES = join(import.meta.dirname, "..", "..", "..", "designer", "samples");
const graphs = readdirSync(SAMPLES, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith("template.json"))
  .map((name) => JSON.parse(readFileSync(join(SAMPLES, name), "utf8")).graph as Graph);

beforeAll(() => i18next.init({ lng: "zh-Hans", resources: { "zh-Hans": { problems } } }));
afterAll(() => void i18next.changeLanguage("en"));

test("every step and note of every template is there in Chinese", () => {
  const nodes = graphs.flatMap((graph) => inOwnWords(graph).nodes ?? []);
  const said = nodes.flatMap((node) => [node.title ?? "", node.kind === "note" ? (node.text ?? "") : ""]);
  expect(nodes.length).toBeGreaterThan(80);
  expect(said.filter((words) => words !== "" && !/\p{Script=Han}/u.test(words))).toEqual([]);
});

test("forms are, too; ids, expressions and values stay", () => {
  const schema = { type: "object", properties: { file: { title: "Sales file", default: "Text" } } };
  const graph: Graph = {
    nodes: [
      { kind: "start", id: "start", title: "Order", schema },
      { kind: "agent", id: "Order", agent: "text", input: { mode: "Order" } },
    ],
  };
  const [start, step] = inOwnWords(graph).nodes ?? [];
  expect(start).toMatchObject({
    title: "订单",
    schema: { properties: { file: { title: "销售文件", default: "Text" } } },
  });
  expect(step).toBe(graph.nodes?.[1]);
});

test("what has no translation is the very same", () => {
  const graph: Graph = { nodes: [{ kind: "start", id: "start", title: "Mine" }] };
  expect(inOwnWords(graph)).toBe(graph);
});
