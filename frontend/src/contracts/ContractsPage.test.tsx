import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startI18n } from "@/i18n";
import ContractsPage from "./ContractsPage";
import { browserParts, contract, ME, page, Refusal, serve, show } from "./testPage";

const NOTHING = { "GET /rejected-messages": page([]), "GET /me": ME };

beforeAll(() => startI18n("en"));
beforeEach(browserParts);
afterEach(() => vi.unstubAllGlobals());

test("each contract tells its type, version, place, level and what broke it", async () => {
  const listed = [contract(), contract({ name: "other", pattern: "", rejected: null, mode: "READONLY" })];
  serve({ ...NOTHING, "GET /contracts": page(listed) });
  show(<ContractsPage />);
  const rows = within(await screen.findByRole("table", { name: "Contracts" })).getAllByRole("row");
  expect(rows).toHaveLength(3);
  const [, first, second] = rows as [HTMLElement, HTMLElement, HTMLElement];
  for (const text of ["Avro", "1.1.0", "Backward"]) expect(within(first).getByText(text)).toBeTruthy();
  expect(within(first).getByRole("link", { name: "3" }).getAttribute("href")).toBe(
    "/contracts/orders.created.v1?tab=rejected",
  );
  for (const text of ["unknown", "Read only", "Nothing yet"])
    expect(within(second).getByText(text)).toBeTruthy();
});

test("who may not see rejected messages gets their number only", async () => {
  const may = { change: false, bind: false, see_rejected: false };
  serve({ ...NOTHING, "GET /contracts": page([contract({ may })]) });
  show(<ContractsPage />);
  await screen.findByText("3");
  expect(screen.queryByRole("link", { name: "3" })).toBeNull();
});

test("filters stand in the address and are asked for", async () => {
  const asked = serve({ ...NOTHING, "GET /contracts": page([]) });
  const { router } = show(<ContractsPage />, "/contracts?schema_type=AVRO");
  await screen.findByText("No contract matches");
  await userEvent.click(screen.getByRole("checkbox", { name: "Only with rejected messages" }));
  expect(router.state.location.search).toBe("?schema_type=AVRO&rejected=true");
  await waitFor(() => expect(asked.at(-1)?.query).toContain("rejected=true"));
  await userEvent.click(screen.getByRole("button", { name: "Clear filters" }));
  expect(await screen.findByText("There is no contract yet")).toBeTruthy();
});

test("what the server says is shown, with a way to try again", async () => {
  serve({
    ...NOTHING,
    "GET /contracts": new Refusal(403, { title: "No", detail: "You may not.", code: "x" }),
  });
  show(<ContractsPage />);
  expect((await screen.findByRole("alert")).textContent).toContain("You may not.");
});

test("who edits no project cannot begin a contract and is told why", async () => {
  serve({ ...NOTHING, "GET /contracts": page([contract()]), "GET /me": { ...ME, projects: [] } });
  show(<ContractsPage />);
  const add = await screen.findByRole("button", { name: "New contract" });
  await waitFor(() => expect(add.getAttribute("aria-description")).toContain("You edit no project"));
  await userEvent.click(add);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a new contract belongs to a project and says what it will apply to", async () => {
  const projects = [...ME.projects, { id: 2, slug: "ops", name: "Operations", role: "owner" }];
  const refusal = new Refusal(422, {
    title: "No",
    detail: "This is no Avro schema.",
    code: "invalid_schema",
    errors: [{ field: "/schema", message: "It is not JSON.", code: "invalid_schema" }],
  });
  const asked = serve({
    ...NOTHING,
    "GET /me": { ...ME, projects },
    "GET /contracts": page([]),
    "POST /contracts/a.v1/versions": refusal,
  });
  show(<ContractsPage />);
  await userEvent.click((await screen.findAllByRole("button", { name: "New contract" }))[0] as HTMLElement);
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/applies to nothing until an operator/)).toBeTruthy();
  fireEvent.change(dialog.getByLabelText("Name"), { target: { value: "a.v1" } });
  fireEvent.change(dialog.getByLabelText("Schema"), { target: { value: "nonsense" } });
  await userEvent.click(dialog.getByRole("combobox", { name: "Project" }));
  await userEvent.click(await screen.findByRole("option", { name: "Operations" }));
  await userEvent.click(dialog.getByRole("button", { name: "Register version 1.0.0" }));
  expect(await dialog.findByText("It is not JSON.")).toBeTruthy();
  expect(asked.find(({ call }) => call.startsWith("POST"))?.body).toMatchObject({
    schema: "nonsense",
    schema_type: "AVRO",
    project: "ops",
  });
});
