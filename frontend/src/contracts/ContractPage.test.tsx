import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startI18n } from "@/i18n";
import ContractPage from "./ContractPage";
import { browserParts, contract, ME, page, Refusal, serve, show } from "./testPage";
import { useSeen } from "./unread";

vi.mock("./SchemaCode", () => ({
  SchemaCode: ({ text, label }: { text: string; label: string }) => (
    <section aria-label={label}>{text}</section>
  ),
}));

const NAME = "orders.created.v1";
const HERE = `/contracts/${NAME}`;
const SCHEMA = '{"type": "record"}';
const text = { ...contract().latest, schema: SCHEMA, references: [], referenced_by: [] };
const reason = {
  path: "/note",
  rule: "field_without_default",
  message: "The field “note” has no default.",
  direction: "backward",
  version: 2,
  old: null,
  new: "string",
};
const rejected = {
  id: "1-0",
  at: "2026-10-01T10:00:00Z",
  subject: NAME,
  version: "1.1.0",
  side: "send",
  by: "run-7",
  errors: [{ field: "/id", message: "must be a whole number" }],
  size: 20,
  payload: '{"id":"seven"}',
  encoding: "text",
  headers: {},
};
const SERVER = {
  "GET /me": ME,
  [`GET ${HERE}`]: contract(),
  [`GET ${HERE}/versions/1.1.0`]: text,
};

const open = (query = "") => show(<ContractPage />, HERE + query, "/contracts/:name");

beforeAll(() => startI18n("en"));
beforeEach(() => {
  browserParts();
  useSeen.setState({ counts: {} });
});
afterEach(() => vi.unstubAllGlobals());

test("a contract shows its newest schema and who sends and takes its messages", async () => {
  const used = {
    kind: "trigger",
    name: "Orders",
    role: "consumer",
    detail: "Take",
    url: "/x",
    problem: "no “id”",
  };
  serve({ ...SERVER, [`GET ${HERE}`]: contract({ used_by: [used as never] }) });
  open();
  expect((await screen.findByLabelText(`Schema of ${NAME} 1.1.0`)).textContent).toBe(SCHEMA);
  expect(screen.getByRole("link", { name: "Orders" })).toBeTruthy();
  expect(screen.getByText("no “id”")).toBeTruthy();
  expect(screen.getByText("No published workflow and no agent sends these messages.")).toBeTruthy();
});

test("two versions are compared, line by line, with what the change breaks", async () => {
  const [now, old] = contract().all_versions;
  const lines = [
    { change: "removed", text: '"id": "int"', old: 3, new: 0 },
    { change: "added", text: '"id": "long"', old: 0, new: 3 },
    { change: "skipped", text: "12", old: 4, new: 4 },
  ];
  serve({ ...SERVER, [`GET ${HERE}/diff`]: { old, new: now, lines, incompatibilities: [reason] } });
  open("?tab=diff");
  const rows = within(await screen.findByRole("table", { name: "Changes" })).getAllByRole("row");
  expect(rows.map((row) => row.dataset.change)).toEqual(["removed", "added", "skipped"]);
  expect(screen.getByText("12 lines are the same")).toBeTruthy();
  expect(screen.getByRole("list", { name: "What breaks" }).textContent).toContain("field_without_default");
});

test("a schema that does not fit is told by field and cannot be registered", async () => {
  const trial = {
    compatible: false,
    compatibility: "BACKWARD",
    known_version: null,
    incompatibilities: [reason],
  };
  const asked = serve({ ...SERVER, [`POST ${HERE}/check`]: trial });
  open("?tab=check");
  const register = await screen.findByRole("button", { name: "Register as the next version" });
  expect(register.getAttribute("aria-description")).toBe("Check the schema first.");
  await waitFor(() => expect(screen.getByRole("region", { name: "Schema" }).textContent).toBe(SCHEMA));
  await userEvent.click(screen.getByRole("button", { name: "Check" }));
  const reasons = await screen.findByRole("list", { name: "What breaks" });
  expect(within(reasons).getByText("/note")).toBeTruthy();
  expect(within(reasons).getByText("The field “note” has no default.")).toBeTruthy();
  expect(register.getAttribute("aria-description")).toBe("It does not fit the versions before it.");
  await userEvent.click(register);
  expect(asked.some(({ call }) => call.endsWith("/versions"))).toBe(false);
});

test("too many checks at once are said, and may be tried again", async () => {
  const full = new Refusal(429, {
    title: "Too many requests",
    detail: "Other schemas are being checked; try again in a moment.",
    code: "too_many_checks",
  });
  serve({ ...SERVER, [`POST ${HERE}/check`]: full });
  open("?tab=check");
  await waitFor(() => expect(screen.getByRole("region", { name: "Schema" }).textContent).toBe(SCHEMA));
  await userEvent.click(screen.getByRole("button", { name: "Check" }));
  expect((await screen.findByRole("alert")).textContent).toContain("try again in a moment");
});

test("rejected messages open with payload and reason, and count as seen", async () => {
  serve({ ...SERVER, [`GET ${HERE}/rejected`]: page([rejected], { count: 3 }) });
  open("?tab=rejected");
  await userEvent.click(await screen.findByRole("button", { name: /must be a whole number/ }));
  expect(screen.getByText(/"id": "seven"/)).toBeTruthy();
  expect(screen.getByText("run-7")).toBeTruthy();
  expect(useSeen.getState().counts).toEqual({ [NAME]: 3 });
});

test("what was rejected of the system's own messages is the operators' to clear", async () => {
  const may = { change: false, bind: false, see_rejected: true };
  const server = {
    ...SERVER,
    [`GET ${HERE}`]: contract({ may, system: true, project: null }),
    [`GET ${HERE}/rejected`]: page([rejected], { count: 3 }),
  };
  serve(server);
  const { unmount } = open("?tab=rejected");
  expect((await screen.findByRole("button", { name: "Clear" })).getAttribute("aria-disabled")).toBe("true");
  unmount();
  serve({ ...server, "GET /me": { ...ME, permissions: ["contracts.bind_contract"] } });
  open("?tab=rejected");
  const clear = await screen.findByRole("button", { name: "Clear" });
  await waitFor(() => expect(clear.getAttribute("aria-disabled")).toBeNull());
});

test("who may only look sees why controls are off, and no rejected message", async () => {
  const may = { change: false, bind: false, see_rejected: false };
  const asked = serve({ ...SERVER, [`GET ${HERE}`]: contract({ may, project: null }) });
  open("?tab=rejected");
  expect(await screen.findByText("You may not see rejected messages")).toBeTruthy();
  expect(asked.some(({ call }) => call.endsWith("/rejected"))).toBe(false);
  for (const name of ["Compatibility", "Mode", "Project"])
    expect((screen.getByRole("combobox", { name }) as HTMLInputElement).disabled).toBe(true);
  const place = screen.getByLabelText("Applies to") as HTMLInputElement;
  expect(place.disabled).toBe(true);
  expect(screen.getByText(/Only staff may change this/)).toBeTruthy();
});

test("an editor sets the level but not what it applies to; an operator both", async () => {
  const asked = serve({ ...SERVER, [`PATCH ${HERE}`]: contract() });
  const { unmount } = open();
  expect(((await screen.findByLabelText("Applies to")) as HTMLInputElement).disabled).toBe(true);
  await userEvent.click(screen.getByRole("combobox", { name: "Compatibility" }));
  await userEvent.click(await screen.findByRole("option", { name: "Full" }));
  await waitFor(() => expect(asked.at(-1)?.body).toEqual({ compatibility: "FULL" }));
  unmount();
  const may = { change: true, bind: true, see_rejected: true };
  const taken = new Refusal(409, {
    title: "Conflict",
    detail: "“other” applies to it already.",
    code: "pattern_taken",
    errors: [{ field: "/pattern", message: "“other” applies to it already.", code: "pattern_taken" }],
  });
  serve({ ...SERVER, [`GET ${HERE}`]: contract({ may }), [`PATCH ${HERE}`]: taken });
  open();
  const place = await screen.findByLabelText("Applies to");
  fireEvent.change(place, { target: { value: "orders.>" } });
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("“other” applies to it already.")).toBeTruthy();
});

test("a contract that is gone is said to be", async () => {
  serve({ "GET /me": ME });
  open();
  expect(await screen.findByText("There is no such contract")).toBeTruthy();
});
