// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { expect, test } from "vitest";
import { addEdge, addNode } from "./edit";
import { catalogue, draft, TABLE } from "./fixtures";
import type { Fields, NodeKind } from "./model";
import { type Catalogue, inputSchema, outputSchema, sourcesAt, workflowSchemas } from "./scope";

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

const place = (id: string, kind: NodeKind, fields: Fields, parent: string | null = null, from = draft()) =>
  addNode(from, { id, kind, parent, position: { x: 0, y: 0 } }, fields);

test("inside a loop there are last and index, and a map around it lends its item", () => {
  const fields = { condition: "${ true }", output: { done: true, note: "so far" } };
  const looped = place("step", "agent", {}, "again", place("again", "loop", fields, "each"));
  const sources = sourcesAt(looped, "step", catalogue);
  expect(sources.map((source) => `${source.path}@${source.node}`)).toEqual([
    "last@again",
    "index@again",
    "item@each",
    "input@start",
  ]);
  expect(sources[0]?.schema.properties).toEqual({ done: { type: "boolean" }, note: { type: "string" } });
});

test("a loop's own condition sees its rounds, and its output the steps inside", () => {
  const looped = place("step", "agent", { agent: "text" }, "again", place("again", "loop", {}));
  expect(sourcesAt(looped, "again", catalogue).map((source) => source.path)).toEqual([
    "last",
    "index",
    "steps.step",
    "input",
  ]);
});

test("approvals and signals give what their forms ask for", () => {
  const schema = { type: "object", properties: { carrier: { type: "string" } } };
  const given = (kind: NodeKind) => outputSchema(place("ask", kind, { schema }), "ask", catalogue).properties;
  expect(Object.keys(given("approval") ?? {})).toEqual(["approved", "by", "comment", "data"]);
  expect(given("approval")?.data).toEqual(schema);
  expect(Object.keys(given("signal") ?? {})).toEqual(["data", "by", "key"]);
});

test("a sub-workflow takes what its start asks for and gives what its ends give", () => {
  const inner = place("end_2", "end", { output: { rows: "${ steps.parse.table }", ok: true } });
  const { input, output } = workflowSchemas(inner, catalogue);
  expect(Object.keys(input.properties ?? {})).toEqual(["file", "limit"]);
  expect(output.properties).toEqual({ rows: TABLE, ok: { type: "boolean" } });
  const known: Catalogue = (name) => (name === "workflow/inner" ? { input, output } : catalogue(name, ""));
  const outer = place("sub", "workflow", { workflow: "inner" });
  expect(outputSchema(outer, "sub", known)).toEqual(output);
  expect(inputSchema("workflow", { workflow: "inner" }, known)).toEqual(input);
});

test("kinds of their own take what their agents take; plans and intents take anything", () => {
  const asked: string[] = [];
  const spy: Catalogue = (name, version) => void asked.push(`${name}@${version}`);
  inputSchema("llm", {}, spy);
  inputSchema("emit", { version: "1.0.0" }, spy);
  inputSchema("agent", { capability: "ocr" }, spy);
  expect(asked).toEqual(["llm-router@", "nats-emit@1.0.0", "capability/ocr@"]);
  expect(inputSchema("plan", {}, spy)).toBeUndefined();
  expect(inputSchema("intent", {}, spy)).toBeUndefined();
});
