import { expect, test } from "vitest";
import { newStep } from "@/graph/runSteps";
import type { AttemptView, StepView } from "@/graph/runTypes";
import {
  momentAt,
  segmentsOf,
  shareAt,
  spanAround,
  tickLabel,
  tickStep,
  ticks,
  wholeSpan,
  zoomed,
} from "./timeline";

const attempt = (over: Partial<AttemptView>): AttemptView => ({
  number: 1,
  callId: "c",
  agent: "text",
  version: "1.0.0",
  instance: "text-a",
  host: "a",
  readyAt: 100,
  startedAt: 120,
  endedAt: 200,
  queuedMs: 30,
  workedMs: 50,
  error: null,
  retryAt: 0,
  outcome: "completed",
  bidding: null,
  ...over,
});

const step = (over: Partial<StepView>): StepView => ({ ...newStep("s"), ...over });
const shape = (found: StepView, now = 1000) =>
  segmentsOf(found, now).map(({ kind, from, to }) => [kind, from, to]);

test("queue time runs from ready until the agent began, work from there to the end", () => {
  const found = step({ status: "completed", attempts: [attempt({})] });
  expect(shape(found)).toEqual([
    ["queue", 100, 150],
    ["work", 150, 200],
  ]);
});

test("attempts are segments with the pause between them", () => {
  const attempts = [
    attempt({ outcome: "failed", retryAt: 300, queuedMs: 0 }),
    attempt({ number: 2, startedAt: 310, endedAt: null, outcome: "running", queuedMs: 0 }),
  ];
  expect(shape(step({ status: "running", attempts }), 400)).toEqual([
    ["queue", 100, 120],
    ["work", 120, 200],
    ["pause", 200, 310],
    ["work", 310, 400],
  ]);
});

test("a step that waits for its next attempt shows the pause up to now", () => {
  const attempts = [attempt({ outcome: "failed", retryAt: 900 })];
  expect(shape(step({ status: "retrying", attempts }), 500).at(-1)).toEqual(["pause", 200, 500]);
});

test("a step cancelled between two attempts waited until then", () => {
  const attempts = [attempt({ outcome: "failed", retryAt: 900 })];
  expect(shape(step({ status: "cancelled", endedAt: 450, attempts })).at(-1)).toEqual(["pause", 200, 450]);
});

test("a step without an agent is a moment, one without a place is queue time, one to come is nothing", () => {
  const moment = step({ status: "completed", readyAt: 5, startedAt: 5, endedAt: 5 });
  expect(shape(moment)).toEqual([["moment", 5, 5]]);
  expect(shape(step({ status: "queued", readyAt: 50 }), 90)).toEqual([["queue", 50, 90]]);
  expect(shape(step({}))).toEqual([]);
});

test("the axis follows while the run goes on and stands still afterwards", () => {
  expect(wholeSpan(1000, null, 2000)).toEqual({ from: 1000, to: 2030 });
  expect(wholeSpan(1000, 1500, 9000)).toEqual({ from: 1000, to: 1515 });
  expect(wholeSpan(null, null, 50)).toMatchObject({ from: 50 });
});

test("shares and moments are each other's inverse, zooming keeps the moment under the pointer", () => {
  const span = { from: 100, to: 300 };
  expect(shareAt(span, momentAt(span, 0.3))).toBeCloseTo(0.3);
  const closer = zoomed(span, 0.5, 150);
  expect(closer).toEqual({ from: 125, to: 225 });
  expect(shareAt(closer, 150)).toBeCloseTo(shareAt(span, 150));
  expect(spanAround({ from: 100, to: 200 })).toEqual({ from: 85, to: 215 });
});

test("ticks stand at round times", () => {
  expect([8, 90, 700, 9000, 100_000, 5_000_000].map((length) => tickStep(length, 5))).toEqual([
    2, 20, 200, 2000, 30_000, 1_800_000,
  ]);
  const made = ticks({ from: 1000, to: 1515 }, 1000, 600);
  expect(made.map(({ offset }) => offset)).toEqual([0, 200, 400]);
  expect(made[1]?.share).toBeCloseTo(200 / 515);
});

test("tick labels say no more than they must", () => {
  expect(tickLabel(200, 100)).toBe("200 ms");
  expect(tickLabel(1200, 200)).toBe("1.2 s");
  expect(tickLabel(30_000, 10_000)).toBe("30 s");
  expect(tickLabel(90_000, 30_000)).toBe("1:30");
  expect(tickLabel(3_660_000, 60_000)).toBe("1:01 h");
  expect(tickLabel(14 * 86_400_000, 7 * 86_400_000)).toBe("14 d");
});

test("a wait for people or a signal is hatched until it is over", () => {
  const wait = { kind: "signal", name: "paid", key: "", since: 20, until: null, due: 0 } as const;
  const open = step({ status: "waiting", startedAt: 20, wait });
  expect(shape(open, 90)).toEqual([["wait", 20, 90]]);
  expect(
    shape(step({ status: "completed", startedAt: 20, endedAt: 60, wait: { ...wait, until: 60 } })),
  ).toEqual([["wait", 20, 60]]);
});
