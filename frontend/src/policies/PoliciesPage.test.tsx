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

test("a policy has an address of its own, with every field and its changes", async () => {
  const schemas = {
    ...SERVER["GET /policies/schema"],
    retry: { type: "object", properties: { attempts: { default: 3 }, first_s: { default: 1 } } },
  };
  const told = { previous: 2, by: "ada", at: "2026-10-01T10:00:00Z", note: "Too slow", count: 3 };
  const history = page([
    { ...told, number: 3, action: "put", title: "json-retry" },
    { ...told, number: 2, action: "put", title: "api", note: "Another" },
  ]);
  const policies = [policy("json-retry", "retry", { match: { agent: "json" }, spec: { attempts: 5 } })];
  serve({
    ...SERVER,
    "GET /policies": { ...SET, policies },
    "GET /policies/schema": schemas,
    "GET /policies/history": history,
  });
  const { router } = show(<PoliciesPage />, "/policies?kind=retry");
  await userEvent.click(await screen.findByRole("link", { name: "json-retry" }));
  expect(router.state.location.search).toBe("?kind=retry&policy=json-retry");
  const detail = within(await screen.findByRole("dialog", { name: "json-retry" }));
  expect(detail.getByText("agent json")).toBeTruthy();
  expect(detail.getByText("5")).toBeTruthy();
  expect(detail.getByText("(default)").parentElement?.textContent).toBe("1 s (default)");
  expect(within(detail.getByRole("list", { name: "History" })).getAllByRole("listitem")).toHaveLength(1);
  await userEvent.click(detail.getByRole("button", { name: "Close" }));
  expect(router.state.location.search).toBe("?kind=retry");
});
