import { expect, test } from "vitest";
import { concernsOf } from "./attention";

test("what needs a person is counted, and leads to where it is shown", () => {
  const concerns = concernsOf({
    failed: { count: 50, more: true },
    approvals: 2,
    deadLetters: [{ count: 3 }, { count: 4 }],
    nodes: [{ status: "active" }, { status: "failed" }],
  });
  expect(concerns.map(({ key, count }) => [key, count])).toEqual([
    ["failed", 50],
    ["approvals", 2],
    ["deadLetters", 7],
    ["nodes", 1],
  ]);
  expect(concerns[0]).toMatchObject({ more: true, to: "/runs?status=failed&range=day" });
  expect(concerns[3]?.to).toBe("/nodes?health=failed");
});

test("nodes in different trouble are shown together", () => {
  const nodes = [{ status: "unreachable" }, { status: "failed" }] as const;
  const [concern] = concernsOf({ failed: undefined, approvals: undefined, deadLetters: undefined, nodes });
  expect(concern).toMatchObject({ key: "nodes", count: 2, to: "/nodes" });
});

test("what is not known is not said to be nothing", () => {
  expect(
    concernsOf({ failed: undefined, approvals: 0, deadLetters: undefined, nodes: undefined }).map(
      ({ key }) => key,
    ),
  ).toEqual(["approvals"]);
});
