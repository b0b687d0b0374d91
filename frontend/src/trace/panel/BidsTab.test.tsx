import { render, screen, within } from "@testing-library/react";
import { beforeAll, expect, test } from "vitest";
import { newStep } from "@/graph/runSteps";
import type { AttemptView } from "@/graph/runTypes";
import { startI18n } from "@/i18n";
import type { Bidding } from "@/wire/generated";
import { BidsTab } from "./BidsTab";
import { type Subject, tabsOf } from "./subject";

const won = { agent: "quick", version: "1.2.0", instance: "quick-a-1", node: "a-1", score: 0.934, match: 1 };
const lost = { agent: "slow", version: "2.0.0", instance: "slow-b-2", node: "b-2", score: 0.71, match: 0.5 };

beforeAll(() => startI18n("en"));

function attempt(number: number, bidding: Bidding | null): AttemptView {
  return {
    number,
    callId: `run/find/${number}`,
    agent: "quick",
    version: "1.2.0",
    instance: "quick-a-1",
    host: "a-1",
    readyAt: 0,
    startedAt: 0,
    endedAt: null,
    queuedMs: 0,
    workedMs: 0,
    error: null,
    retryAt: 0,
    outcome: "running",
    bidding,
  };
}

test("the table tells who bid what, and marks who won", () => {
  const best = [{ ...won, load: 0.25, cost: 2, expected_ms: 80 }, lost];
  render(<BidsTab attempts={[attempt(1, { asked: 3, answered: 2, bids: 40, rounds: 2, best })]} />);
  const [, first, second] = screen.getAllByRole("row");
  const cells = (row: HTMLElement | undefined) =>
    within(row as HTMLElement)
      .getAllByRole("cell")
      .map(({ textContent }) => textContent);
  expect(cells(first)).toEqual(["0.93", "100%", "25%", "2", "80 ms"]);
  expect(cells(second)).toEqual(["0.71", "50%", "0%", "0", "unknown"]);
  expect(within(first as HTMLElement).getByRole("img", { name: "won" })).toBeTruthy();
  expect(within(second as HTMLElement).queryByRole("img")).toBeNull();
  expect(
    screen.getByText(/2 of 3 nodes answered\. 40 bids\. The best 2 are shown\. Put out 2 times/),
  ).toBeTruthy();
});

test("each attempt has a table of its own", () => {
  const bidding = { asked: 1, answered: 1, bids: 1, best: [won] };
  render(<BidsTab attempts={[attempt(1, bidding), attempt(2, null), attempt(3, bidding)]} />);
  expect(screen.getAllByRole("table").map((table) => table.getAttribute("aria-label"))).toEqual([
    "Bids of attempt 1",
    "Bids of attempt 3",
  ]);
});

test("the tab is there only for steps that were put out to bid", () => {
  const subject = (attempts: AttemptView[]): Subject => ({
    ...newStep("find"),
    kind: "step",
    step: null,
    children: [],
    attempts,
  });
  expect(tabsOf(subject([attempt(1, null)]))).not.toContain("bids");
  expect(tabsOf(subject([attempt(1, { asked: 1, answered: 1, bids: 0 })]))).toContain("bids");
});
