import { expect, test } from "vitest";
import { instance, node } from "@/nodes/fixtures";
import type { Deployment } from "@/wire/cluster";
import type { AgentDetail } from "@/wire/types";
import { isRestarting, rowsOfAgent, rowsOfNode } from "./rows";

const deployment: Deployment = {
  agent: "text",
  version: "2.0.0",
  identity: "agent://sha256:ab",
  digest: "ab",
  replicas: 2,
  ready: 1,
  where: {},
  weight: 100,
  status: "short",
  reason: "",
  slots: [
    { number: 0, node: "a", node_id: "a1", instance: "text-9", state: "running", trouble: "", since_ms: 1 },
    {
      number: 1,
      node: "b",
      node_id: "b1",
      instance: "",
      state: "starting",
      trouble: "No memory.",
      since_ms: 1,
    },
  ],
  changed_by: "ana",
  why: "",
  changed_at: "2026-01-01T00:00:00Z",
};

const agent = {
  name: "text",
  versions: [{ version: "2.0.0", identity: "", intent: { input: {}, output: {} }, limits: {}, deployment }],
  instances: [
    { instance: "text-10", node: "a", version: "1.0.0", in_flight: 1, concurrency: 4 },
    { instance: "text-9", node: "a", node_id: "a1", version: "2.0.0", in_flight: 0, concurrency: 4 },
  ],
} as unknown as AgentDetail;

test("an agent's instances carry the router's figures where it has some", () => {
  const load = { instance: "text-9", node: "a", version: "2.0.0", pending: 3, idle_ms: 20, score: 0.5 };
  const rows = rowsOfAgent(agent, [{ ...load, stale: true, breaker: "open" }]);
  expect(rows.map(({ instance: id, load: found }) => [id, found?.pending ?? null])).toEqual([
    ["text-10", null],
    ["#1", null],
    ["text-9", 3],
  ]);
  expect(rows[2]?.load).toMatchObject({ stale: true, breaker: "open", idleMs: 20 });
});

test("a slot in which nothing could be started is shown with its trouble", () => {
  const stuck = rowsOfAgent(agent, []).find(({ instance: id }) => id === "#1");
  expect(stuck).toMatchObject({ node: "b", trouble: "No memory.", state: "Idle" });
});

test("an instance whose process is being started again is told from one that works", () => {
  const process = { ready: false, restarts: 4, reason: "agent_crashed: it ended", memory_mib: 0, tasks: 0 };
  const slots = [{ ...deployment.slots[0], state: "restarting", trouble: "Its process…" }];
  const [first, second] = agent.instances;
  const crashing = {
    ...agent,
    versions: [{ ...agent.versions[0], deployment: { ...deployment, slots } }],
    instances: [first, { ...second, process }],
  } as AgentDetail;
  const rows = rowsOfAgent(crashing, []);
  expect(rows.map((row) => [row.instance, isRestarting(row), row.process?.restarts ?? null])).toEqual([
    ["text-10", false, null],
    ["text-9", true, 4],
  ]);
  expect(rows[1]?.trouble).toBe("");
});

test("a node's instances are in the order of their names", () => {
  const host = node("a", { agents: [instance("text"), instance("json")] });
  expect(rowsOfNode(host).map((row) => [row.agent, row.node])).toEqual([
    ["json", "a"],
    ["text", "a"],
  ]);
});
