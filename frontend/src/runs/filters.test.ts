import { expect, test } from "vitest";
import { bulkFilter, queryOf, readFilters, writeFilters } from "./filters";

const NONE = readFilters(new URLSearchParams());

test("filters come back from the address as they went into it", () => {
  const filters = {
    status: ["failed", "waiting"],
    workflow: "01W",
    project: "finance",
    search: "sales & co",
    range: "day",
    priority: "high",
    trigger: "nightly",
    origin: "01R",
    agent: "csv-parse",
    labels: ["team:sales", "region:eu"],
  } as const;
  expect(readFilters(new URLSearchParams(writeFilters(filters).toString()))).toEqual(filters);
});

test("what the address says and we do not know is left out", () => {
  expect(readFilters(new URLSearchParams("status=odd&range=forever&priority=most&label=none"))).toEqual(NONE);
});

test("a range asks for what began since then", () => {
  const filters = readFilters(new URLSearchParams("range=hour"));
  expect(queryOf(filters, Date.UTC(2026, 6, 1, 12, 30, 42))).toMatchObject({
    since: "2026-07-01T11:30:00.000Z",
  });
});

test("a bulk operation takes what is set, labels by name", () => {
  const filters = readFilters(new URLSearchParams("status=failed&label=team:sales&search="));
  expect(bulkFilter(filters, 0)).toEqual({ status: ["failed"], labels: { team: "sales" } });
  expect(bulkFilter(NONE, 0)).toEqual({});
});
