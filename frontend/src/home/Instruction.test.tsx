import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, Route, Routes } from "react-router";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { browserParts } from "@/contracts/testPage";
import { startI18n } from "@/i18n";
import { Instruction } from "./Instruction";

beforeAll(async () => {
  await startI18n("en");
  browserParts();
});
afterEach(cleanup);

const PLAN = {
  instruction: "count the words",
  project: { id: 1, slug: "sales", name: "Sales" },
  explanation: "The plan, step by step:\n1. Count (text: Text)",
  steps: [{ id: "count", title: "Count", agent: "text", version: "1.0.0" }],
  input_schema: {
    type: "object",
    properties: { text: { type: "string", title: "Text" } },
    required: ["text"],
  },
  digest: "sha256:1",
  problems: [],
};

/** The page on a server that answers so, by path; the bodies it was sent. */
function show(answers: Readonly<Record<string, readonly [number, object]>>) {
  const sent: Record<string, unknown>[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    sent.push({ path, ...JSON.parse(String(init.body)) });
    const [status, body] = answers[path] ?? [404, {}];
    return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
  });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter>
          <Routes>
            <Route path="/" element={<Instruction />} />
            <Route path="/runs/:id" element={<p>The run</p>} />
          </Routes>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return sent;
}

const say = (words: string) => userEvent.type(screen.getByRole("textbox"), `${words}{Enter}`);

test("words become a plan that is read, given its input and run", async () => {
  const sent = show({ "/api/v1/plans": [200, PLAN], "/api/v1/plans/runs": [202, { id: "r1" }] });
  await say("count the words");
  expect((await screen.findByTestId("plan-steps")).textContent).toContain("1. Count (text: Text)");
  const run = screen.getByRole("button", { name: "Run the plan" });
  await userEvent.click(run);
  expect(screen.getByText("The plan begins with this.")).toBeTruthy();
  await userEvent.type(screen.getByLabelText(/Text/), "to be");
  await userEvent.click(run);
  expect(await screen.findByText("The run")).toBeTruthy();
  expect(sent).toEqual([
    { path: "/api/v1/plans", instruction: "count the words" },
    {
      path: "/api/v1/plans/runs",
      instruction: "count the words",
      project: "sales",
      digest: "sha256:1",
      input: { text: "to be" },
    },
  ]);
});

test("what is not understood is said, until other words are typed", async () => {
  const detail = "I do not understand 'paint the fence'. What can be planned here: Count.";
  show({ "/api/v1/plans": [422, { code: "no_plan", detail }] });
  await say("paint the fence");
  expect((await screen.findByRole("alert")).textContent).toBe(detail);
  await userEvent.type(screen.getByRole("textbox"), "s");
  expect(screen.queryByRole("alert")).toBeNull();
});
