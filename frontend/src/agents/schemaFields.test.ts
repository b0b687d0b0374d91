import { expect, test } from "vitest";
import { schemaFields, typeName } from "./schemaFields";

test("fields come with type, rules and what is inside them", () => {
  const rows = schemaFields({
    type: "object",
    required: ["table"],
    properties: {
      table: { "x-type": "table", type: "object", properties: { columns: { type: "array" } } },
      mode: { enum: ["auto", "none"], default: "auto", title: "Mode" },
      steps: {
        type: "array",
        maxItems: 5,
        items: { type: "object", properties: { by: { type: "string", description: "Column" } } },
      },
    },
  });
  expect(rows.map(({ path, depth, type, required, rules }) => [path, depth, type, required, rules])).toEqual([
    ["table", 0, "table", true, []],
    ["mode", 0, "choice", false, ['"auto", "none"']],
    ["steps", 0, "list of object", false, ["items ≤ 5"]],
    ["steps[].by", 1, "string", false, []],
  ]);
});

test("types are named as a person would", () => {
  expect(typeName({ anyOf: [{ type: "string" }, { type: "null" }] })).toBe("string | null");
  expect(typeName({ type: "string", format: "date-time" })).toBe("date-time");
  expect(typeName({ type: "array", items: { "x-type": "file" } })).toBe("list of file");
  expect(typeName({})).toBe("any");
});
