import { fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { Accepted, browserParts, Refusal, serve, show } from "@/contracts/testPage";
import { startI18n } from "@/i18n";
import type { ReasonedCommand } from "@/trace/control/command";
import { ReasonDialog } from "./ReasonDialog";

beforeAll(() => startI18n("en"));
beforeEach(browserParts);

function open(what: ReasonedCommand) {
  const closed = vi.fn();
  return { closed, ...show(<ReasonDialog run="r1" what={what} onClose={closed} />) };
}

async function confirm(reason: string): Promise<void> {
  fireEvent.change(await screen.findByLabelText("Reason"), { target: { value: reason } });
  fireEvent.click(screen.getByTestId("confirm-command"));
}

test.each(["pause", "resume", "continue"] as const)("%s is asked for with a reason", async (what) => {
  const asked = serve({ [`POST /runs/r1/${what}`]: new Accepted({ id: "r1" }) });
  const { closed } = open(what);
  await confirm("Lunch");
  await waitFor(() => expect(closed).toHaveBeenCalled());
  expect(asked.map(({ call, body }) => [call, body])).toEqual([
    [`POST /runs/r1/${what}`, { reason: "Lunch" }],
  ]);
});

test.each([
  ["retry", "retry", { reason: "Again" }],
  ["again", "replay", { version: "same", reason: "Again" }],
  ["newest", "replay", { version: "newest", reason: "Again" }],
] as const)("%s makes a run with a reason and leads to it", async (what, how, body) => {
  const asked = serve({ [`POST /runs/r1/${how}`]: new Accepted({ id: "r2" }) });
  const { router } = open(what);
  await confirm("Again");
  await waitFor(() => expect(router.state.location.pathname).toBe("/runs/r2"));
  expect(asked).toMatchObject([{ call: `POST /runs/r1/${how}`, body }]);
  expect(asked[0]?.key).toBeTruthy();
});

test("a refusal is told, and the dialog stays", async () => {
  const problem = { status: 409, code: "already_paused", detail: "It is paused." };
  serve({ "POST /runs/r1/pause": new Refusal(409, problem) });
  const { closed } = open("pause");
  await confirm("");
  expect((await screen.findByRole("alert")).textContent).toContain("paused");
  expect(closed).not.toHaveBeenCalled();
});
