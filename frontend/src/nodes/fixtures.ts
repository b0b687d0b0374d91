/** Nodes and instances for tests. */
import type { ClusterNode, HostedInstance } from "@/wire/types";

export const instance = (name: string, over: Partial<HostedInstance> = {}): HostedInstance => ({
  name,
  version: "1.0.0",
  identity: `agent://sha256:${name}`,
  instance: `${name}-1`,
  in_flight: 0,
  concurrency: 4,
  state: "Running",
  slot: -1,
  ...over,
});

export const node = (name: string, over: Partial<ClusterNode> = {}): ClusterNode => ({
  node_id: name,
  name,
  ts: 1000,
  load: 10,
  region: "eu",
  role: "worker",
  toolset: [],
  version: "0.1.0",
  host: "host",
  pid: 7,
  started_ms: 0,
  slots: { busy: 0, max: 8 },
  agents: [],
  status: "active",
  age_ms: 100,
  ...over,
});
