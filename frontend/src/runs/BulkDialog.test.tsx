import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { Accepted, browserParts, serve, show } from "@/contracts/testPage";
import { startI18n } from "@/i18n";
import type { BulkAction } from "@/wire/types";
import { BulkDialog } from "./BulkDialog";
import { BULK_ACTIONS, NO_INPUT, optionsOf } from "./bulkActions";

beforeAll(() => startI18n("en"));
beforeEach(browserParts);

const FILTER = { workflow: "w1" };
const STATE = {
  id: "b1",
  action: "signal",
  total: 3,
  done: 3,
  refused: {},
  ended_at: "2026-10-01T10:00:00Z",
};

function open(action: BulkAction, preview = { count: 3, matching: 5, sample: [] }) {
  const answers = { "POST /runs/bulk": preview as unknown, "GET /bulk/b1": STATE };
  const asked = serve(answers);
  const closed = vi.fn();
  show(<BulkDialog action={action} dangerous={false} filter={FILTER} onClose={closed} />);
  return { asked, answers, closed };
}

test("what could only refuse is left out, as the server counts it", async () => {
  const { asked } = open("cancel");
  expect(
    await screen.findByText("2 of those chosen are left out: it cannot be done there now."),
  ).toBeTruthy();
  expect(asked[0]?.body).toEqual({ action: "cancel", filter: FILTER, dry_run: true });
});

test("a signal goes to all with its name, data and a key for repeats", async () => {
  const { asked, answers } = open("signal");
  const confirm = await screen.findByTestId<HTMLButtonElement>("confirm-bulk");
  await waitFor(() => expect(confirm.textContent).toBe("Send 3 runs a signal"));
  expect(confirm.disabled).toBe(true);
  fireEvent.change(screen.getByLabelText("Signal"), { target: { value: "rates" } });
  fireEvent.change(screen.getByLabelText("Data (JSON)"), { target: { value: '{"n": ' } });
  expect(confirm.disabled).toBe(true);
  fireEvent.change(screen.getByLabelText("Data (JSON)"), { target: { value: '{"n": 1}' } });
  fireEvent.change(screen.getByLabelText("Reason"), { target: { value: "They came" } });
  answers["POST /runs/bulk"] = new Accepted(STATE);
  fireEvent.click(confirm);
  expect(await screen.findByText("3 of 3 runs done.")).toBeTruthy();
  const sent = asked.find(({ body }) => (body as { dry_run: boolean }).dry_run === false);
  expect(sent?.body).toEqual({
    action: "signal",
    filter: FILTER,
    reason: "They came",
    expected_count: 3,
    name: "rates",
    data: { n: 1 },
    dry_run: false,
  });
  expect(sent?.key).toBeTruthy();
});

test("every action has its words", async () => {
  for (const action of BULK_ACTIONS) {
    const { closed } = open(action);
    const dialog = within(await screen.findByRole("dialog"));
    expect((await dialog.findByTestId("confirm-bulk")).textContent).not.toContain("bulk.");
    fireEvent.click(dialog.getByText("Leave them as they are"));
    expect(closed).toHaveBeenCalledWith(false);
    document.body.innerHTML = "";
  }
});

test("what an action takes goes along, and what is missing keeps it back", () => {
  expect(optionsOf("fork", NO_INPUT)).toBeNull();
  expect(optionsOf("fork", { ...NO_INPUT, step: "charge", input: [1] })).toBeNull();
  expect(optionsOf("fork", { ...NO_INPUT, step: " charge ", input: { n: 2 } })).toEqual({
    step: "charge",
    input: { n: 2 },
  });
  expect(optionsOf("approve", NO_INPUT)).toEqual({});
  expect(optionsOf("reject", { ...NO_INPUT, step: "ask", data: undefined })).toBeNull();
  expect(optionsOf("replay", { ...NO_INPUT, version: "newest" })).toEqual({ version: "newest" });
  expect(optionsOf("delete", NO_INPUT)).toEqual({});
});
