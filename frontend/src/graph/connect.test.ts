import { expect, test } from "vitest";
import { autoMap, refusal } from "./connect";
import { addEdge } from "./edit";
import { catalogue, draft } from "./fixtures";

const wish = (source: string, target: string, port = "out") => ({ source, target, port });
const code = (source: string, target: string, from = draft()) =>
  refusal(from, wish(source, target), catalogue)?.code;

test("circles, repeats and borders are refused", () => {
  const chain = addEdge(draft(), wish("parse", "table"));
  expect(code("table", "parse", chain)).toBe("cycle");
  expect(code("parse", "parse")).toBe("self");
  expect(code("start", "parse")).toBe("duplicate");
  expect(code("parse", "inner")).toBe("border");
  expect(code("parse", "start")).toBe("noInput");
  expect(code("end", "words")).toBe("noOutput");
});

test("a step that needs a table cannot follow where nothing gives one", () => {
  expect(refusal(draft(), wish("words", "table"), catalogue)).toEqual({
    code: "cannotFit",
    values: { source: "words", target: "table", field: "table", want: "table", have: "string,integer" },
  });
});

test("it can when an earlier step gives one, or when what comes before is not known", () => {
  const throughWords = addEdge(draft(), wish("parse", "words"));
  expect(code("words", "table", throughWords)).toBeUndefined();
  expect(code("parse", "table")).toBeUndefined();
});

test("what a person can type in never stands in the way", () => {
  expect(code("start", "words")).toBeUndefined();
});

test("obvious inputs are filled in, the nearest source first", () => {
  const linked = addEdge(draft(), wish("parse", "table"));
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of a workflow
  expect(autoMap(linked, "parse", "table", catalogue)).toEqual({ table: "${ steps.parse.table }" });
});

test("what is filled in already stays", () => {
  expect(autoMap(draft(), "start", "parse", catalogue)).toEqual({});
});
