import { expect, test } from "vitest";
import { ApiProblem } from "@/wire/problem";
import { usesOf } from "./uses";

test("a refusal tells what a workflow runs inside, and whether force helps", () => {
  const told = { workflow_id: "w2", title: "Outer", version: null, open_runs: 2 };
  const problem = new ApiProblem(409, { code: "workflow_in_use", used_by: [told], forcible: false });
  expect(usesOf(problem)).toEqual({
    usedBy: [{ workflow: "w2", title: "Outer", version: null, openRuns: 2 }],
    forcible: false,
  });
  expect(usesOf(new ApiProblem(409, { forcible: true }))).toEqual({ usedBy: [], forcible: true });
});
