import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Answers, browserParts, page, Refusal, serve, show } from "@/contracts/testPage";
import { toGraph } from "@/graph/model";
import { startI18n } from "@/i18n";
import { useDocument } from "@/stores/document";
import { useSaving } from "@/stores/saving";
import { useView } from "@/stores/view";
import type { Graph, VersionRow, WorkflowDetail } from "@/wire/types";
import type { Editor } from "../editor";
import { openWorkflow } from "../saving";
import VersionsDrawer from "./VersionsDrawer";

const step = (id: string) => ({ kind: "transform", id, output: 1, position: { x: 0, y: 0 } });
const graph = (...ids: string[]) =>
  ({ schema: "agentcluster.workflow/v1", nodes: ids.map(step), edges: [] }) as unknown as Graph;
const version = (number: number, more: Partial<VersionRow> = {}): VersionRow => ({
  id: `v${number}`,
  number,
  digest: "sha256:0",
  note: "",
  published_at: "2026-10-01T10:00:00Z",
  published_by: "ada",
  open_runs: 0,
  ...more,
});
const WORKFLOW = {
  id: "w1",
  name: "orders",
  title: "Orders",
  project: { id: 1, slug: "sales", name: "Sales" },
  role: "editor",
  draft: { revision: 5, problems: [], graph: graph("kept", "mine") },
} as unknown as WorkflowDetail;
const LINES = [
  { change: "removed", text: "- id: theirs", old: 3, new: 0 },
  { change: "added", text: "- id: mine", old: 0, new: 3 },
];
const node = (id: string, what: string, more = {}) => ({ id, title: "", what, layout: false, ...more });
const DIFF = {
  from: "2",
  to: "draft",
  changes: {
    nodes: [node("mine", "removed", { title: "My step" }), node("theirs", "added"), node("kept", "changed")],
    edges: [],
    settings: [],
  },
  lines: LINES,
};
const RESTORE = "POST /workflows/w1/versions/1/restore";
const SERVER: Answers = {
  "GET /workflows/w1/versions": page([version(2, { open_runs: 3 }), version(1, { note: "The first" })]),
  "GET /workflows/w1/diff": DIFF,
  [RESTORE]: { revision: 6, problems: [], updated_at: "", updated_by: "ada", graph: graph("kept", "theirs") },
};

let editor: Editor;
const ids = () => toGraph(useDocument.getState().draft).nodes?.map(({ id }) => id);

function open(answers: Answers = SERVER, more: Partial<WorkflowDetail> = {}) {
  const asked = serve(answers);
  const onClose = vi.fn();
  show(<VersionsDrawer workflow={{ ...WORKFLOW, ...more }} editor={editor} onClose={onClose} />);
  return { asked, onClose };
}

beforeAll(() => startI18n("en"));
beforeEach(() => {
  browserParts();
  openWorkflow(WORKFLOW);
  editor = {
    document: useDocument.getState,
    view: useView.getState,
    flow: { fitView: vi.fn() },
    say: vi.fn(),
  } as unknown as Editor;
});
afterEach(() => vi.unstubAllGlobals());

test("the history says who published what, why, and what goes on with it", async () => {
  open();
  const list = await screen.findByRole("list", { name: "Published versions" });
  const [newest, first] = within(list).getAllByRole("listitem");
  expect(newest?.textContent).toContain("Version 2newest3 runs go on with it");
  expect(first?.textContent).toContain("ada");
  expect(within(first as HTMLElement).getByText("The first")).toBeTruthy();
});

test("the newest is compared with the draft at first, then any two", async () => {
  const { asked } = open();
  const lines = await screen.findByRole("table", { name: "From Version 2 to Draft" });
  expect(
    within(lines)
      .getAllByRole("row")
      .map((row) => row.textContent),
  ).toEqual(["3−- id: theirs", "3+- id: mine"]);
  await userEvent.click(screen.getByRole("button", { name: "Compare version 1 with the draft" }));
  expect(await screen.findByRole("table", { name: "From Version 1 to Draft" })).toBeTruthy();
  const later = screen.getByRole("combobox", { name: "Later state" });
  await userEvent.click(later);
  const offered = document.getElementById(later.getAttribute("aria-controls") ?? "") as HTMLElement;
  await userEvent.click(await within(offered).findByRole("option", { name: "Version 2", hidden: true }));
  expect(await screen.findByRole("table", { name: "From Version 1 to Version 2" })).toBeTruthy();
  const queries = asked.filter(({ call }) => call.endsWith("/diff")).map(({ query }) => query);
  expect(queries).toEqual(["?from=2&to=draft", "?from=1&to=draft", "?from=1&to=2"]);
});

test("restoring says first what is lost, and undo brings it back", async () => {
  const { asked, onClose } = open();
  await userEvent.click(await screen.findByRole("button", { name: "Restore into draft: version 1" }));
  const dialog = await screen.findByRole("dialog", { name: "Restore version 1 into the draft?" });
  expect(
    await within(dialog).findByText("Lost are the steps that only the draft has: My step."),
  ).toBeTruthy();
  expect(within(dialog).getByText("These steps of version 1 come back: theirs.")).toBeTruthy();
  expect(within(dialog).getByText("These steps are again as they were in version 1: kept.")).toBeTruthy();
  expect(asked.at(-1)?.query).toBe("?from=draft&to=1");
  await userEvent.type(within(dialog).getByRole("textbox", { name: "Why" }), "It is slow");
  await userEvent.click(within(dialog).getByRole("button", { name: "Restore version 1" }));
  await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
  expect(asked.find(({ call }) => call === RESTORE)?.body).toEqual({ reason: "It is slow" });
  expect(ids()).toEqual(["kept", "theirs"]);
  const { revision, saved } = useSaving.getState();
  expect([revision, saved === useDocument.getState().draft]).toEqual([6, true]);
  useDocument.getState().undo();
  expect(ids()).toEqual(["kept", "mine"]);
});

test("a newer draft of somebody else stays, and is told", async () => {
  const detail = "bob saved a newer draft (revision 6); load it before you save yours.";
  const newer = {
    code: "draft_conflict",
    detail,
    revision: 6,
    updated_by: "bob",
    updated_at: "2026-10-02T10:00:00Z",
  };
  const { onClose } = open({ ...SERVER, [RESTORE]: new Refusal(412, newer) });
  await userEvent.click(await screen.findByRole("button", { name: "Restore into draft: version 1" }));
  const dialog = await screen.findByRole("dialog", { name: "Restore version 1 into the draft?" });
  await within(dialog).findByText(/^Lost are/);
  await userEvent.click(within(dialog).getByRole("button", { name: "Restore version 1" }));
  expect((await within(dialog).findByRole("alert")).textContent).toBe(detail);
  expect(useSaving.getState().conflict).toEqual({ revision: 6, by: "bob", at: "2026-10-02T10:00:00Z" });
  expect(ids()).toEqual(["kept", "mine"]);
  expect(onClose).not.toHaveBeenCalled();
});

test("what could not be saved is not replaced", async () => {
  useSaving.getState().set({ conflict: { revision: 6, by: "bob", at: "2026-10-02T10:00:00Z" } });
  const { asked } = open();
  expect(await screen.findByText(/^What is on the canvas could not be saved: this is/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Restore into draft: version 1" }));
  const dialog = await screen.findByRole("dialog", { name: "Restore version 1 into the draft?" });
  await within(dialog).findByText(/^Lost are/);
  await userEvent.click(within(dialog).getByRole("button", { name: "Restore version 1" }));
  expect((await within(dialog).findByRole("alert")).textContent).toContain("nothing was restored");
  expect(asked.some(({ call }) => call === RESTORE)).toBe(false);
});

test("whoever thinks better of it is back where they were", async () => {
  open();
  const button = await screen.findByRole("button", { name: "Restore into draft: version 1" });
  await userEvent.click(button);
  await screen.findByRole("dialog", { name: "Restore version 1 into the draft?" });
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(document.activeElement).toBe(button));
  expect(useDocument.getState().draft).toBe(useSaving.getState().saved);
});

test("who may not edit compares, but does not restore", async () => {
  open(SERVER, { role: "operator" });
  expect(await screen.findByText(/takes the role editor/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^Restore/ })).toBeNull();
});

test("without versions it says what they are for", async () => {
  open({ "GET /workflows/w1/versions": page([]) });
  expect(await screen.findByText("Nothing is published yet")).toBeTruthy();
});

test("a refusal of the list is told", async () => {
  open({
    "GET /workflows/w1/versions": new Refusal(404, {
      code: "not_found",
      detail: "There is no such workflow.",
    }),
  });
  expect((await screen.findByRole("alert")).textContent).toContain("There is no such workflow.");
});
