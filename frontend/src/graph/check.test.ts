// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { expect, test } from "vitest";
import { check } from "./check";
import { setFields } from "./edit";
import { catalogue, draft } from "./fixtures";

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
