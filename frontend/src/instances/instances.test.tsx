import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { browserParts, ME, page, Refusal, serve, show } from "@/contracts/testPage";
import { startI18n } from "@/i18n";
import { instance, node } from "@/nodes/fixtures";
import type { InstanceProcess } from "@/wire/types";
import { EndedInstances } from "./EndedInstances";
import { InstanceTable } from "./InstanceTable";
import { rowsOfNode } from "./rows";

const GONE = { instance: "coded-ab12cd-0-ef34ab", agent: "coded", node: "a", node_id: "a", at_ms: 1 };
const LINE = { seq: 1, at_ms: 1, stream: "stderr", text: "no such model" };
const OPERATOR = { ...ME, is_staff: true };

beforeAll(() => startI18n("en"));
beforeEach(browserParts);
afterEach(() => vi.unstubAllGlobals());

test("an instance that keeps ending is told apart, with what it used and why it ended", async () => {
  serve({ "GET /me": OPERATOR });
  const process: InstanceProcess = { ready: true, restarts: 0, reason: "", memory_mib: 26.4, tasks: 3 };
  const reason = "agent_crashed: it ended by itself with exit code 7";
  const agents = [
    instance("steady", { process }),
    instance("crashing", { process: { ...process, ready: false, restarts: 5, reason } }),
    instance("text", { process: null }),
  ];
  show(<InstanceTable rows={rowsOfNode(node("a", { agents }))} label="Instances" on="node" />);
  const [, crashing, steady, builtIn] = within(await screen.findByRole("table")).getAllByRole("row") as [
    HTMLElement,
    HTMLElement,
    HTMLElement,
    HTMLElement,
  ];
  for (const text of ["Starting again", `Last end: ${reason}`, "5"])
    expect(within(crashing).getByText(text)).toBeTruthy();
  for (const text of ["Running", "26 MiB", "3"]) expect(within(steady).getByText(text)).toBeTruthy();
  expect(within(builtIn).getAllByText("–")).toHaveLength(3);
});

test("the log of an instance that is gone is read from the list of those, once", async () => {
  const asked = serve({
    "GET /me": OPERATOR,
    "GET /instances/ended": page([{ ...GONE, text: "stopped" }]),
    [`GET /instances/${GONE.instance}/logs`]: { lines: [LINE], next: 1, ended: true },
  });
  show(<EndedInstances agent="coded" />);
  await userEvent.click(await screen.findByText("1 ended instance"));
  expect(asked.find(({ call }) => call === "GET /instances/ended")?.query).toBe("?agent=coded");
  await userEvent.click(screen.getByRole("button", { name: `Show the log of ${GONE.instance}` }));
  expect(await screen.findByText("This instance has ended: nothing more will come.")).toBeTruthy();
  expect(screen.getByText("1 line")).toBeTruthy();
  expect(asked.filter(({ call }) => call.endsWith("/logs"))).toHaveLength(1);
});

test("a log that nobody keeps any more is told as such", async () => {
  const gone = new Refusal(404, { code: "instance_gone", detail: "There is no instance.", status: 404 });
  serve({
    "GET /me": OPERATOR,
    "GET /instances/ended": page([{ ...GONE, text: "" }]),
    [`GET /instances/${GONE.instance}/logs`]: gone,
  });
  show(<EndedInstances node="a" />);
  await userEvent.click(await screen.findByText("1 ended instance"));
  await userEvent.click(screen.getByRole("button", { name: `Show the log of ${GONE.instance}` }));
  expect(await screen.findByText(/no node in sight keeps its log any more/)).toBeTruthy();
  expect(screen.getByText("There is nothing to read.")).toBeTruthy();
});

test("whoever may not read logs is not shown whose there are", async () => {
  const asked = serve({ "GET /me": { ...ME, is_staff: false, permissions: [] } });
  show(<EndedInstances agent="coded" />);
  await vi.waitFor(() => expect(asked).not.toEqual([]));
  expect(asked.map(({ call }) => call)).toEqual(["GET /me"]);
});
