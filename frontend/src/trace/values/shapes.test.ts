import { expect, test } from "vitest";
import { sectionsOf, shapeOf } from "./shapes";

const reference = (media_type: string) => ({
  $artifact: { digest: "sha256:00", size: 3, media_type, name: "x" },
});
const table = { columns: [{ name: "a", type: "integer" }], row_count: 1, preview: [[1]], data: null };
const chart = { figure: { data: [], layout: {} }, png: null };

test("values are told by their shape", () => {
  expect(shapeOf(table).kind).toBe("table");
  expect(shapeOf(chart).kind).toBe("chart");
  expect(shapeOf({ figure: reference("application/json"), png: null }).kind).toBe("chart");
  expect(shapeOf(reference("text/csv")).kind).toBe("file");
  expect(shapeOf(reference("image/png")).kind).toBe("image");
  expect(shapeOf("hello").kind).toBe("text");
  expect(shapeOf({}).kind).toBe("nothing");
  expect(shapeOf(null).kind).toBe("nothing");
  expect(shapeOf([1, 2]).kind).toBe("json");
  expect(shapeOf({ $artifact: "no" }).kind).toBe("json");
});

test("what deserves a viewer of its own comes first, the rest together at the end", () => {
  const sections = sectionsOf({ delimiter: ";", table, warnings: [], chart, note: "a\nb" });
  expect(sections.map(({ name, shape }) => [name, shape.kind])).toEqual([
    ["chart", "chart"],
    ["table", "table"],
    ["note", "text"],
    ["", "json"],
  ]);
  expect(sections.at(-1)?.shape).toEqual({ kind: "json", value: { delimiter: ";", warnings: [] } });
});
