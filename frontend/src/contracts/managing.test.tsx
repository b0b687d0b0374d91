import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startI18n } from "@/i18n";
import ContractPage from "./ContractPage";
import ContractsPage from "./ContractsPage";
import { browserParts, contract, ME, page, Refusal, serve, show } from "./testPage";

vi.mock("./SchemaCode", () => ({
  SchemaCode: ({ text, label }: { text: string; label: string }) => (
    <section aria-label={label}>{text}</section>
  ),
}));

const NAME = "orders.created.v1";
const HERE = `/contracts/${NAME}`;
const CUSTOMER = contract({ name: "customer.v1", pattern: "" });
const held = { name: "com.example.Customer", subject: "customer.v1", version: 1 };
const text = { ...contract().latest, schema: '{"a": 1}', references: [held], referenced_by: [] };
const SERVER = {
  "GET /me": ME,
  "GET /contracts": page([contract(), CUSTOMER]),
  "GET /contracts/customer.v1": CUSTOMER,
  [`GET ${HERE}`]: contract(),
  [`GET ${HERE}/versions/1.1.0`]: text,
};
const open = (query = "") => show(<ContractPage />, HERE + query, "/contracts/:name");
const option = async (field: HTMLElement, name: string) => {
  await userEvent.click(field);
  await userEvent.click(await screen.findByRole("option", { name }));
};

beforeAll(() => startI18n("en"));
beforeEach(browserParts);
afterEach(() => vi.unstubAllGlobals());

test("what is inherited is told apart from a contract's own level and mode", async () => {
  const own = contract({
    compatibility: "FULL",
    own_compatibility: true,
    for_all: { compatibility: "FORWARD", mode: "READONLY" },
    mode: "READONLY",
  });
  const asked = serve({ ...SERVER, [`GET ${HERE}`]: own, [`PATCH ${HERE}`]: own });
  open();
  const level = await screen.findByRole("combobox", { name: "Compatibility" });
  const mode = screen.getByRole("combobox", { name: "Mode" });
  expect([level, mode].map((field) => (field as HTMLInputElement).value)).toEqual([
    "Full",
    "As for all: Read only",
  ]);
  await option(level, "As for all: Forward");
  await waitFor(() => expect(asked.at(-1)?.body).toEqual({ compatibility: "" }));
  await option(mode, "Takes new versions");
  await waitFor(() =>
    expect(asked.some(({ body }) => (body as { mode?: string })?.mode === "READWRITE")).toBe(true),
  );
});

test("a contract is deleted once its consequences were read", async () => {
  const asked = serve({ ...SERVER, [`DELETE ${HERE}`]: {} });
  const { router } = open();
  await userEvent.click(await screen.findByRole("button", { name: "Delete the contract" }));
  const dialog = within(await screen.findByRole("dialog", { name: `Delete ${NAME}?` }));
  expect(dialog.getByText("All its 2 versions are deleted.")).toBeTruthy();
  expect(dialog.getByText(/It applies to orders.created.v1 no more/)).toBeTruthy();
  expect(asked.some(({ call }) => call.startsWith("DELETE"))).toBe(false);
  await userEvent.click(dialog.getByTestId("confirm"));
  await waitFor(() => expect(router.state.location.pathname).toBe("/contracts"));
  expect(asked.some(({ call }) => call === `DELETE ${HERE}`)).toBe(true);
});

test("one that others refer to stays, with the reason", async () => {
  const detail = "The schemas 7 refer to “orders.created.v1”; delete those first.";
  const refusal = new Refusal(422, { title: "No", detail, code: "reference_exists" });
  serve({ ...SERVER, [`DELETE ${HERE}`]: refusal });
  const { router } = open();
  await userEvent.click(await screen.findByRole("button", { name: "Delete the contract" }));
  await userEvent.click(await screen.findByTestId("confirm"));
  expect((await screen.findByRole("alert")).textContent).toBe(detail);
  expect(router.state.location.pathname).toBe(HERE);
});

test("the system's own contracts and read only ones are not deleted", async () => {
  serve({ ...SERVER, [`GET ${HERE}`]: contract({ mode: "READONLY" }) });
  const { unmount } = open();
  const remove = await screen.findByRole("button", { name: "Delete the contract" });
  expect(remove.getAttribute("aria-description")).toBe("This contract is read only.");
  unmount();
  serve({ ...SERVER, [`GET ${HERE}`]: contract({ system: true }) });
  open();
  await screen.findByRole("combobox", { name: "Mode" });
  expect(screen.queryByRole("button", { name: "Delete the contract" })).toBeNull();
});

test("a schema is registered with the references and the version that were given", async () => {
  const trial = { compatible: true, compatibility: "BACKWARD", known_version: null, incompatibilities: [] };
  const tooLow = new Refusal(422, {
    title: "No",
    detail: "1.0.5 is not greater than 1.1.0, the newest version.",
    code: "invalid_version",
    errors: [
      { field: "/version", message: "1.0.5 is not greater than 1.1.0, the newest version.", code: "x" },
    ],
  });
  const asked = serve({ ...SERVER, [`POST ${HERE}/check`]: trial, [`POST ${HERE}/versions`]: tooLow });
  open("?tab=check");
  const row = within(await screen.findByRole("group", { name: "Reference 1" }));
  expect((row.getByRole("textbox", { name: "Name in the schema" }) as HTMLInputElement).value).toBe(
    held.name,
  );
  const versions = await row.findByRole("combobox", { name: "Version of customer.v1" });
  await waitFor(() => expect((versions as HTMLInputElement).value).toBe("1.0.0"));
  await option(versions, "1.1.0");
  fireEvent.change(screen.getByRole("textbox", { name: "Version to register" }), {
    target: { value: "1.0.5" },
  });
  await userEvent.click(screen.getByRole("button", { name: "Check" }));
  const register = screen.getByRole("button", { name: "Register version 1.0.5" });
  await waitFor(() => expect(register.getAttribute("aria-disabled")).toBeNull());
  await userEvent.click(register);
  expect((await screen.findByRole("alert")).textContent).toContain("1.0.5 is not greater than 1.1.0");
  const references = [{ ...held, version: 2 }];
  const sent = (end: string) => asked.find(({ call }) => call === `POST ${HERE}${end}`)?.body;
  expect(sent("/check")).toMatchObject({ references });
  expect(sent("/versions")).toMatchObject({ references, version: "1.0.5" });
});

test("a new contract may refer to others and begin with a version of its own", async () => {
  const asked = serve({
    ...SERVER,
    "POST /contracts/a.v1/versions": text,
    "GET /rejected-messages": page([]),
  });
  show(<ContractsPage />);
  await userEvent.click((await screen.findAllByRole("button", { name: "New contract" }))[0] as HTMLElement);
  const dialog = within(await screen.findByRole("dialog"));
  fireEvent.change(dialog.getByLabelText("Name"), { target: { value: "a.v1" } });
  fireEvent.change(dialog.getByLabelText("Schema"), { target: { value: "{}" } });
  await userEvent.click(dialog.getByRole("button", { name: "Add a reference" }));
  const send = () => dialog.getByRole("button", { name: /^Register version/ }) as HTMLButtonElement;
  expect(send().disabled).toBe(true);
  fireEvent.change(dialog.getByRole("textbox", { name: "Name in the schema" }), {
    target: { value: held.name },
  });
  await option(dialog.getByRole("combobox", { name: "Contract" }), "customer.v1");
  fireEvent.change(dialog.getByRole("textbox", { name: "Version" }), { target: { value: "2.0.0" } });
  expect(send().textContent).toBe("Register version 2.0.0");
  await userEvent.click(send());
  await waitFor(() =>
    expect(asked.find(({ call }) => call === "POST /contracts/a.v1/versions")?.body).toMatchObject({
      references: [{ ...held, version: 2 }],
      version: "2.0.0",
    }),
  );
});
