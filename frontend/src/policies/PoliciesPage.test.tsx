import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { browserParts, ME, page, serve, show } from "@/contracts/testPage";
import { startI18n } from "@/i18n";
import { KINDS, newPolicy } from "./kinds";
import PoliciesPage from "./PoliciesPage";
import type { Kind, Policy } from "./wire";

const policy = (name: string, kind: Kind, changed: Partial<Policy> = {}): Policy => ({
  ...newPolicy(kind),
  name,
  ...changed,
});
const SET = {
  number: 3,
  policies: [
    policy("json-retry", "retry", { match: { agent: "json" } }),
    policy("csv-retry", "retry", { match: { agent: "csv-parse" }, enabled: false }),
    policy("api", "rate_limit", { note: "For json, too" }),
  ],
  by: "ada",
  at_ms: 0,
  note: "",
  warnings: [],
  may_change: true,
};
const SERVER = {
  "GET /me": ME,
  "GET /policies": SET,
  "GET /policies/schema": Object.fromEntries(KINDS.map((kind) => [kind, { type: "object", properties: {} }])),
  "GET /policies/history": page([]),
  "GET /policies/state": {
    number: 3,
    at_ms: 0,
    known: true,
    detail: "",
    behind: 0,
    everywhere_ms: 0,
    now_ms: 0,
    processes: [],
  },
};
const kinds = () => screen.getAllByRole("region").map((region) => region.getAttribute("aria-label"));

beforeAll(() => startI18n("en"));
beforeEach(() => {
  browserParts();
  serve(SERVER);
});
afterEach(() => vi.unstubAllGlobals());

test("without filters every kind stands there with its policies", async () => {
  show(<PoliciesPage />, "/policies");
  const retries = within(await screen.findByRole("region", { name: "Retry" }));
  expect(retries.getByText("json-retry")).toBeTruthy();
  expect(retries.getByText("csv-retry")).toBeTruthy();
  expect(kinds()).toHaveLength(KINDS.length);
});

test("an address with filters shows what they ask for", async () => {
  show(<PoliciesPage />, "/policies?kind=retry&state=off");
  await screen.findByText("csv-retry");
  expect(screen.queryByText("json-retry")).toBeNull();
  expect(kinds()).toEqual(["Retry"]);
  expect((screen.getByRole("combobox", { name: "Kind" }) as HTMLInputElement).value).toBe("Retry");
});

test("filters are written into the address, and stay when another view is looked at", async () => {
  const { router } = show(<PoliciesPage />, "/policies");
  fireEvent.change(await screen.findByRole("textbox", { name: "Name, agent, note" }), {
    target: { value: "json" },
  });
  await waitFor(() => expect(router.state.location.search).toBe("?search=json"));
  await waitFor(() => expect(kinds()).toEqual(["Rate limit", "Retry"]));
  await userEvent.click(screen.getByRole("radio", { name: "History" }));
  expect(router.state.location.search).toBe("?search=json&view=history");
  await userEvent.click(screen.getByRole("radio", { name: "In force" }));
  await userEvent.click(await screen.findByRole("button", { name: "Clear filters" }));
  expect(router.state.location.search).toBe("");
  expect(kinds()).toHaveLength(KINDS.length);
});

test("a kind without policies is shown with its defaults; what matches nothing says so", async () => {
  const { unmount } = show(<PoliciesPage />, "/policies?kind=routing");
  await screen.findByRole("region", { name: "Routing" });
  unmount();
  show(<PoliciesPage />, "/policies?search=nobody");
  expect(await screen.findByText("No policy matches")).toBeTruthy();
});
