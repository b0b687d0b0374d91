import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Answers, browserParts, Refusal, serve, show } from "@/contracts/testPage";
import { startI18n } from "@/i18n";
import type { Workflow } from "@/wire/types";
import { DeleteDialog } from "./DeleteDialog";

const WORKFLOW = { id: "w1", name: "inner", title: "Inner" } as Workflow;
const DELETE = "DELETE /workflows/w1";

function inUse(forcible: boolean) {
  const used_by = [{ workflow_id: "w2", title: "Outer", version: 3, open_runs: forcible ? 0 : 2 }];
  return new Refusal(409, { code: "workflow_in_use", detail: "It is in use.", used_by, forcible });
}

beforeAll(() => startI18n("en"));
beforeEach(browserParts);
afterEach(() => vi.unstubAllGlobals());

test("a workflow that runs inside others goes only once that is seen and meant", async () => {
  const answers: Answers = { [DELETE]: inUse(true) };
  const asked = serve(answers);
  const onClose = vi.fn();
  show(<DeleteDialog workflow={WORKFLOW} onClose={onClose} />);
  await userEvent.click(await screen.findByRole("button", { name: "Delete workflow" }));
  expect((await screen.findByRole("link", { name: "Outer" })).getAttribute("href")).toBe("/workflows/w2");
  expect(screen.getByText("Without it these versions cannot be started any more.")).toBeTruthy();
  answers[DELETE] = {};
  await userEvent.click(screen.getByRole("button", { name: "Delete anyway" }));
  await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
  expect(asked.map(({ call, query }) => [call, query])).toEqual([
    [DELETE, ""],
    [DELETE, "?force=true"],
  ]);
});

test("one that runs need cannot be deleted, and says which", async () => {
  serve({ [DELETE]: inUse(false) });
  show(<DeleteDialog workflow={WORKFLOW} onClose={() => {}} />);
  await userEvent.click(await screen.findByRole("button", { name: "Delete workflow" }));
  const listed = await screen.findByRole("listitem");
  expect(listed.textContent).toBe("Outer version 3 · 2 runs have not ended");
  expect(screen.queryByRole("button", { name: /Delete/ })).toBeNull();
});

test("any other refusal is told as it is", async () => {
  serve({ [DELETE]: new Refusal(409, { code: "workflow_busy", detail: "The workflow has runs." }) });
  show(<DeleteDialog workflow={WORKFLOW} onClose={() => {}} />);
  await userEvent.click(await screen.findByRole("button", { name: "Delete workflow" }));
  expect((await screen.findByRole("alert")).textContent).toBe("The workflow has runs.");
});
