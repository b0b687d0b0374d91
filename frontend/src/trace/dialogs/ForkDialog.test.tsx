import { readFileSync } from "node:fs";
import { join } from "node:path";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { Accepted, type Answers, browserParts, Refusal, SILENCE, serve, show } from "@/contracts/testPage";
import { applyRecords, openRun } from "@/graph/run";
import { startI18n } from "@/i18n";
import type { Graph, Record as RunRecord } from "@/wire/generated";
import type { RunDetail } from "@/wire/types";
import { ForkDialog } from "./ForkDialog";

const FORK = "POST /runs/r1/fork";

function open() {
  const path = join(import.meta.dirname, "../../../../tests/histories/saga_undone.json");
  const { graph, records } = JSON.parse(readFileSync(path, "utf8")) as { graph: Graph; records: RunRecord[] };
  const view = openRun(graph);
  applyRecords(view, records);
  const run = { id: "r1", input: {} } as RunDetail;
  return show(<ForkDialog run={run} view={view} step={null} onClose={() => {}} />);
}

const fork = () => userEvent.click(screen.getByTestId("confirm-fork"));

beforeAll(() => startI18n("en"));
beforeEach(browserParts);
afterEach(() => vi.unstubAllGlobals());

test("a fork asked for again after a silent server is the same request; after an answer or a change, a new one", async () => {
  const answers: Answers = { "GET /runs/r1/events": { events: [], cursor: 0 }, [FORK]: SILENCE };
  const asked = serve(answers);
  const keys = () => asked.filter(({ call }) => call === FORK).map(({ key }) => key);
  const { router } = open();
  await fork();
  expect((await screen.findByRole("alert")).textContent).toContain("Press Fork run again: it forks once");
  await fork();
  await waitFor(() => expect(keys()).toHaveLength(2));
  expect(keys()[1]).toBe(keys()[0]);
  await userEvent.type(screen.getByLabelText("Reason"), "Again");
  answers[FORK] = new Refusal(409, { code: "bad_fork", detail: "The edits contradict what was recorded." });
  await waitFor(() => expect(screen.getByTestId("confirm-fork").hasAttribute("data-loading")).toBe(false));
  await fork();
  expect((await screen.findByRole("alert")).textContent?.trim()).toBe(
    "The edits contradict what was recorded.",
  );
  answers[FORK] = new Accepted({ id: "r2" });
  await fork();
  await waitFor(() => expect(router.state.location.pathname).toBe("/runs/r2"));
  expect(new Set(keys()).size).toBe(3);
});
