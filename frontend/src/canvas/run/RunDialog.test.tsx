import { notifications } from "@mantine/notifications";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { ReactFlowProvider } from "@xyflow/react";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import {
  Accepted,
  type Answers,
  browserParts,
  page,
  Refusal,
  SILENCE,
  serve,
  show,
} from "@/contracts/testPage";
import { startI18n } from "@/i18n";
import { useDocument } from "@/stores/document";
import { useView } from "@/stores/view";
import type { Graph } from "@/wire/generated";
import type { WorkflowDetail } from "@/wire/types";
import { useEditor } from "../editor";
import { openWorkflow } from "../saving";
import RunDialog from "./RunDialog";

const START = "POST /workflows/w1/runs";
const NAME = { type: "object", properties: { name: { type: "string", title: "Name" } } };

/** A workflow of two steps that asks for what `schema` describes. */
const asking = (schema: Record<string, unknown>): Graph => ({
  schema: "agentcluster.workflow/v1",
  nodes: [
    { kind: "start", id: "start", position: { x: 0, y: 0 }, schema },
    { kind: "end", id: "end", position: { x: 280, y: 0 }, output: {} },
  ],
  edges: [{ source: "start", target: "end" }],
});

const version = (number: number) => ({
  id: `v${number}`,
  number,
  note: number === 2 ? "Greets by name" : "",
  published_at: "2026-10-01T10:00:00Z",
  published_by: "ada",
});

function answers(numbers: readonly number[], more: Answers = {}): Answers {
  return {
    "GET /workflows/w1/versions": page(numbers.map(version)),
    "GET /workflows/w1/versions/1": { ...version(1), graph: asking({}) },
    "GET /workflows/w1/versions/2": { ...version(2), graph: asking(NAME) },
    "GET /templates": [],
    [START]: new Accepted({ id: "r1" }),
    ...more,
  };
}

function Dialog({ workflow, onClose }: { workflow: WorkflowDetail; onClose(): void }) {
  return <RunDialog workflow={workflow} editor={useEditor()} onClose={onClose} />;
}

function open(role = "editor", graph = asking({})) {
  const onClose = vi.fn();
  const draft = { graph, revision: 7, problems: [], updated_at: "", updated_by: null };
  const project = { id: 1, slug: "sales", name: "Sales" };
  const workflow = { id: "w1", title: "Greet", project, role, draft } as unknown as WorkflowDetail;
  openWorkflow(workflow);
  const edit = () =>
    useDocument
      .getState()
      .change((drawn) => ({ ...drawn, fields: { ...drawn.fields, end: { title: "X" } } }));
  const dialog = (
    <ReactFlowProvider>
      <Dialog workflow={workflow} onClose={onClose} />
    </ReactFlowProvider>
  );
  return { onClose, edit, open: () => show(dialog) };
}

const pick = async (name: RegExp) => {
  await userEvent.click(await screen.findByRole("combobox", { name: "What runs" }));
  await userEvent.click(await screen.findByRole("option", { name }));
};
const press = async () => userEvent.click(await screen.findByRole("button", { name: "Run" }));
const shown = async () =>
  ((await screen.findByRole("combobox", { name: "What runs" })) as HTMLInputElement).value;
const starts = (asked: ReturnType<typeof serve>) => asked.filter(({ call }) => call === START);

beforeAll(() => startI18n("en"));
beforeEach(() => {
  browserParts();
  sessionStorage.clear();
});
afterEach(() => {
  notifications.clean();
  vi.unstubAllGlobals();
});

test("the newest published version runs, with the input that one asks for", async () => {
  const asked = serve(answers([2, 1]));
  const dialog = open();
  dialog.open();
  expect(await shown()).toBe("Version 2 (newest)");
  expect(screen.getByText("Greets by name")).toBeTruthy();
  await userEvent.type(await screen.findByLabelText("Name"), "Ada");
  await press();
  await waitFor(() => expect(dialog.onClose).toHaveBeenCalledOnce());
  expect(starts(asked)[0]?.body).toEqual({ input: { name: "Ada" }, version: 2 });
  expect(useView.getState().run).toBe("r1");
});

test("an operator chooses among the versions; the draft is not theirs to run", async () => {
  const asked = serve(answers([2, 1]));
  const dialog = open("operator");
  dialog.open();
  await userEvent.click(await screen.findByRole("combobox", { name: "What runs" }));
  const options = (await screen.findAllByRole("option")).map(({ textContent }) => textContent);
  expect(options).toEqual(["Version 2 (newest)", "Version 1"]);
  await userEvent.click(screen.getByRole("option", { name: "Version 1" }));
  await screen.findByText("This workflow asks for nothing.");
  await press();
  await waitFor(() => expect(dialog.onClose).toHaveBeenCalledOnce());
  expect(starts(asked)[0]?.body).toEqual({ input: {}, version: 1 });
  expect(asked.some(({ call }) => call.startsWith("PUT"))).toBe(false);
});

test("who is in the middle of editing runs the draft, and is told that a version lacks the changes", async () => {
  const put = { revision: 8, problems: [], updated_at: "", updated_by: null };
  const asked = serve(answers([2], { "PUT /workflows/w1/draft": put }));
  const dialog = open();
  dialog.edit();
  dialog.open();
  expect(await shown()).toBe("Draft");
  await pick(/Version 2/);
  expect(await screen.findByText("Your changes on the canvas are not in it.")).toBeTruthy();
  await pick(/Draft/);
  await press();
  await waitFor(() => expect(dialog.onClose).toHaveBeenCalledOnce());
  expect(asked.filter(({ call }) => /^(PUT|POST)/.test(call)).map(({ call }) => call)).toEqual([
    "PUT /workflows/w1/draft",
    START,
  ]);
  expect(starts(asked)[0]?.body).toEqual({ input: {}, version: "draft" });
});

test("where nothing is published, an editor runs the draft", async () => {
  serve(answers([]));
  open().open();
  expect(await screen.findByText(/The draft runs, as it is drawn now/)).toBeTruthy();
});

test.each([
  ["operator", /No version is published yet/],
  ["viewer", /To run it takes the role operator/],
])("who is %s and has nothing to run is told why", async (role, words) => {
  serve(answers(role === "viewer" ? [1] : []));
  open(role).open();
  expect(await screen.findByText(words)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Run" })).toBeNull();
});

test("priority and labels are folded away, and go with the start", async () => {
  const asked = serve(answers([1]));
  const dialog = open();
  dialog.open();
  const more = await screen.findByRole("button", { name: "Priority and labels" });
  expect(more.getAttribute("aria-expanded")).toBe("false");
  await userEvent.click(more);
  const priority = (await screen.findByRole("combobox", { name: "Priority" })) as HTMLInputElement;
  expect(priority.value).toBe("Normal, as the workflow says");
  await userEvent.click(priority);
  await userEvent.click(await screen.findByRole("option", { name: "High" }));
  const labels = screen.getByRole("combobox", { name: "Labels" });
  await userEvent.type(labels, "sales{Enter}");
  expect(screen.getByText("“sales” is no label: write name:value.")).toBeTruthy();
  await press();
  expect(starts(asked)).toEqual([]);
  await userEvent.type(labels, "{Backspace}team:sales{Enter}");
  await userEvent.click(more);
  expect(screen.getByText("High · team:sales")).toBeTruthy();
  await press();
  await waitFor(() => expect(dialog.onClose).toHaveBeenCalledOnce());
  expect(starts(asked)[0]?.body).toEqual({
    input: {},
    version: 1,
    priority: "high",
    labels: { team: "sales" },
  });
});

test("after a silent server, Run asks for the same run, also when the dialog was closed in between", async () => {
  const given = answers([1], { [START]: SILENCE });
  const asked = serve(given);
  const first = open();
  const { unmount } = first.open();
  await press();
  expect((await screen.findByRole("alert")).textContent).toContain("Press Run again: it starts once");
  given[START] = new Refusal(503, { code: "unavailable", detail: "Redis is away." });
  await press();
  await waitFor(() => expect(starts(asked)).toHaveLength(2));
  await screen.findByText(/Redis is away/);
  unmount();
  given[START] = { id: "r1" };
  const second = open();
  second.open();
  await press();
  await waitFor(() => expect(second.onClose).toHaveBeenCalledOnce());
  expect(await screen.findByText("The run had started at the first request; here it is.")).toBeTruthy();
  expect(new Set(starts(asked).map(({ key }) => key)).size).toBe(1);
});

test("after a refusal, and after a change, Run is a new request", async () => {
  const refusal = new Refusal(400, {
    code: "invalid_input",
    detail: "It does not fit.",
    errors: [{ field: "/input/name", message: "is too short", code: "bad_value" }],
  });
  const given = answers([2], { [START]: refusal });
  const asked = serve(given);
  const dialog = open();
  dialog.open();
  await userEvent.type(await screen.findByLabelText("Name"), "A");
  await press();
  expect(await screen.findByText("is too short")).toBeTruthy();
  given[START] = SILENCE;
  await press();
  await screen.findByText(/Press Run again/);
  await userEvent.type(screen.getByLabelText("Name"), "da");
  await press();
  await waitFor(() => expect(starts(asked)).toHaveLength(3));
  expect(new Set(starts(asked).map(({ key }) => key)).size).toBe(3);
});

test("what is wrong with a published version is told, not hidden", async () => {
  const problems = [{ node: "end", code: "unknown_agent", message: "There is no agent `csv`." }];
  const refusal = new Refusal(422, {
    code: "graph_problems",
    detail: "The workflow has 1 problem.",
    problems,
  });
  serve(answers([1], { [START]: refusal }));
  open().open();
  await press();
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("The workflow has 1 problem.");
  expect(alert.textContent).toContain("There is no agent `csv`.");
});
