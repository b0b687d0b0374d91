import { expect, test } from "vitest";
import { COMPENSATE } from "./compensation";
import { allPorts, outPorts } from "./ports";

test("an approval goes on at approved or rejected", () => {
  expect(outPorts("approval", {})).toEqual(["approved", "rejected"]);
});

test("every kind that may fail gets an error way when its failure branches", () => {
  const branch = { on_error: { action: "branch" } };
  expect(outPorts("wait", branch)).toEqual(["out", "error"]);
  expect(outPorts("condition", branch)).toEqual(["true", "false", "error"]);
  expect(outPorts("approval", branch)).toEqual(["approved", "rejected", "error"]);
  expect(outPorts("join", branch)).toEqual(["out"]);
});

test("only what may be undone has a way to its handler", () => {
  expect(allPorts("llm", {})).toEqual(["out", COMPENSATE]);
  expect(allPorts("loop", {})).toContain(COMPENSATE);
  for (const kind of ["start", "end", "condition", "switch", "join", "wait", "note"] as const) {
    expect(allPorts(kind, {})).not.toContain(COMPENSATE);
  }
});
