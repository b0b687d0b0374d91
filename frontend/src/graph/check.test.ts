// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { expect, test } from "vitest";
import { check } from "./check";
import { addEdge, addNode, setFields } from "./edit";
import { catalogue, draft } from "./fixtures";
import type { Fields, NodeKind } from "./model";

const found = (value: ReturnType<typeof draft>, node: string) =>
  check(value, catalogue)
    .filter((item) => item.node === node)
    .map(({ code, field }) => `${code} ${field}`);

test("missing inputs, steps nobody reaches and empty expressions are found", () => {
  expect(found(draft(), "parse")).toEqual([]);
  expect(found(draft(), "table")).toEqual([
    "required /input/table",
    "required /input/operations",
    "unconnected ",
  ]);
  expect(found(draft(), "each")).toEqual(["noExpression /items", "unconnected "]);
});

test("an expression that names no step is found in its place", () => {
  const wrong = setFields(draft(), "parse", { agent: "csv-parse", input: { file: "${ steps.gone.file }" } });
  expect(found(wrong, "parse")).toEqual(["unknownStep /input/file"]);
});

test("a step without an agent says so, and nothing else", () => {
  expect(found(setFields(draft(), "parse", { agent: "" }), "parse")).toEqual(["noAgent /agent"]);
});

const with_ = (kind: NodeKind, fields: Fields, parent: string | null = null) =>
  addNode(draft(), { id: "new", kind, parent, position: { x: 0, y: 0 } }, fields);

test.each<[NodeKind, Fields, string]>([
  ["loop", { condition: "" }, "noExpression /condition"],
  ["wait", {}, "noWait /seconds"],
  ["wait", { until: "" }, "noWait /until"],
  ["signal", { name: "" }, "noSignal /name"],
  ["intent", { goal: "" }, "noGoal /goal"],
  ["plan", { instruction: "" }, "noInstruction /instruction"],
  ["workflow", { workflow: "" }, "noWorkflow /workflow"],
  ["agent", { capability: "" }, "noCapability /capability"],
  ["approval", { approvers: ["ana"], needed: 2 }, "tooManyNeeded /needed"],
])("a %s that says nothing yet says what it needs", (kind, fields, expected) => {
  expect(found(with_(kind, fields), "new")).toContain(expected);
});

test("groups may bring as many approvals as are needed", () => {
  expect(found(with_("approval", { approvers: ["ana"], groups: ["ops"], needed: 2 }), "new")).toEqual([
    "unconnected ",
  ]);
});

test("rounds can be named only inside a container, last only inside a loop", () => {
  const outside = with_("transform", { output: { a: "${ item }", b: "${ last.x }" } });
  expect(found(outside, "new")).toEqual(["outsideMap /output/a", "outsideLoop /output/b", "unconnected "]);
  const inMap = with_("transform", { output: { a: "${ item }", b: "${ last }" } }, "each");
  expect(found(inMap, "new")).toEqual(["outsideLoop /output/b"]);
  expect(found(with_("loop", { condition: "${ index < 3 && last == null }" }), "new")).toEqual([
    "emptyContainer ",
    "unconnected ",
  ]);
});

test("names a macro brings along, and words in texts, are not rounds", () => {
  const fields = {
    output: {
      a: "${ input.rows.map(item, item.x) }",
      b: "${ 'the last index' }",
      c: "${ steps.parse.last }",
    },
  };
  expect(found(with_("transform", fields), "new")).toEqual(["unconnected "]);
});

test("ends, deep nests and ways out that do not exist are found", () => {
  let value = draft();
  let parent = "each";
  for (let depth = 1; depth <= 11; depth += 1) {
    const id = `loop_${depth}`;
    value = addNode(
      value,
      { id, kind: "loop", parent, position: { x: 0, y: 0 } },
      { condition: "${ true }" },
    );
    parent = id;
  }
  expect(found(value, "loop_9")).toEqual([]);
  expect(found(value, "loop_11")).toContain("tooDeep ");
  expect(found(with_("end", {}, "each"), "new")).toEqual(["notInside "]);
  const wrong = addEdge(draft(), { source: "parse", target: "words", port: "sideways" });
  expect(found(wrong, "parse")).toEqual(["unknownPort "]);
});
