import { expect, test } from "vitest";
import { queryOf, readFilters, writeFilters } from "./filters";

test("filters come back from the address as they went into it", () => {
  const filters = {
    status: ["failed", "running"],
    workflow: "01W",
    search: "sales & co",
    range: "day",
  } as const;
  expect(readFilters(new URLSearchParams(writeFilters(filters).toString()))).toEqual(filters);
});

test("what the address says and we do not know is left out", () => {
  expect(readFilters(new URLSearchParams("status=odd&range=forever"))).toEqual({
    status: [],
    workflow: "",
    search: "",
    range: "",
  });
});

test("a range asks for what began since then", () => {
  const filters = readFilters(new URLSearchParams("range=hour"));
  expect(queryOf(filters, Date.UTC(2026, 6, 1, 12, 30, 42))).toMatchObject({
    since: "2026-07-01T11:30:00.000Z",
  });
});
