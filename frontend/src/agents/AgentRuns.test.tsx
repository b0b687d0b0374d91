import { screen, within } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { browserParts, page, Refusal, serve, show } from "@/contracts/testPage";
import { startI18n } from "@/i18n";
import type { RunSummary } from "@/wire/types";
import { AgentRuns } from "./AgentRuns";

const run = (id: string, title: string, changed: Partial<RunSummary> = {}) =>
  ({
    id,
    workflow: { id: "w", name: "w", title },
    status: "completed",
    created_at: "2026-10-01T10:00:00Z",
    started_at: "2026-10-01T10:00:00Z",
    ended_at: "2026-10-01T10:00:02Z",
    error: null,
    ...changed,
  }) as RunSummary;

beforeAll(() => startI18n("en"));
beforeEach(browserParts);
afterEach(() => vi.unstubAllGlobals());

test("an agent's page tells the last runs that used it, and leads to all of them", async () => {
  const failed = { status: "failed", error: { code: "x", message: "It broke." } } as Partial<RunSummary>;
  const asked = serve({ "GET /runs": page([run("b", "Report"), run("a", "Import", failed)]) });
  show(<AgentRuns agent="csv-parse" />);
  const rows = within(await screen.findByRole("list", { name: "Recent runs" })).getAllByRole("link");
  expect(rows.map((row) => row.getAttribute("href"))).toEqual(["/runs/b", "/runs/a"]);
  expect(rows[1]?.textContent).toContain("It broke.");
  expect(screen.getByRole("link", { name: "All runs" }).getAttribute("href")).toBe("/runs?agent=csv-parse");
  const query = new URLSearchParams(asked[0]?.query);
  expect([query.get("agent"), query.get("limit")]).toEqual(["csv-parse", "8"]);
});

test("an agent no run has used says so", async () => {
  serve({ "GET /runs": page([]) });
  show(<AgentRuns agent="json" />);
  expect(await screen.findByText(/No run of a workflow that names this agent yet/)).toBeTruthy();
});

test("what the server says is shown, with a way to try again", async () => {
  serve({ "GET /runs": new Refusal(403, { title: "No", detail: "You may not.", code: "x" }) });
  show(<AgentRuns agent="json" />);
  expect((await screen.findByRole("alert")).textContent).toContain("You may not.");
});
