import { create } from "zustand";
import type { ClusterNode, NodeHealth } from "@/wire/types";

/** A node as one answer showed it; `at` is the browser's clock. */
export interface NodeSample {
  readonly at: number;
  readonly load: number;
  readonly busy: number;
  readonly slots: number;
  readonly instances: number;
}

export interface HealthChange {
  readonly at: number;
  /** Null: it was seen for the first time. */
  readonly from: NodeHealth | null;
  readonly to: NodeHealth;
}

export interface NodeRecord {
  readonly health: NodeHealth;
  readonly samples: readonly NodeSample[];
  /** Newest first. */
  readonly changes: readonly HealthChange[];
}

export type NodeRecords = ReadonlyMap<string, NodeRecord>;

export const KEPT_MS = 10 * 60_000;
const CHANGES_KEPT = 50;

/** What is known of each node, with one more answer; samples older than ten minutes are let go. */
export function extended(records: NodeRecords, nodes: readonly ClusterNode[], at: number): NodeRecords {
  const next = new Map<string, NodeRecord>();
  for (const [id, record] of records)
    if ((record.samples.at(-1)?.at ?? 0) > at - KEPT_MS) next.set(id, record);
  for (const node of nodes) {
    const before = records.get(node.node_id);
    next.set(node.node_id, withAnswer(before, node, at, records.size > 0));
  }
  return next;
}

function withAnswer(
  before: NodeRecord | undefined,
  node: ClusterNode,
  at: number,
  watched: boolean,
): NodeRecord {
  const { load, slots, agents, status } = node;
  const sample = { at, load, busy: slots.busy, slots: slots.max, instances: agents.length };
  const samples = [...(before?.samples ?? []).filter((one) => one.at > at - KEPT_MS), sample];
  const changed = before ? before.health !== status : watched;
  const changes = before?.changes ?? [];
  return {
    health: status,
    samples,
    changes: changed
      ? [{ at, from: before?.health ?? null, to: status }, ...changes].slice(0, CHANGES_KEPT)
      : changes,
  };
}

/** The last minutes of every node, for as long as the page is open. */
const useRecords = create<{ records: NodeRecords }>(() => ({ records: new Map() }));

export function recordNodes(nodes: readonly ClusterNode[], at: number): void {
  useRecords.setState(({ records }) => ({ records: extended(records, nodes, at) }));
}

export const useNodeRecord = (node: string): NodeRecord | undefined =>
  useRecords(({ records }) => records.get(node));
