import type { ClusterNode } from "@/wire/types";

/** What may need a person: how many, and where to look. `more`: at least so many. */
export interface Concern {
  key: "failed" | "approvals" | "deadLetters" | "nodes";
  count: number;
  more: boolean;
  to: string;
}

interface Found {
  /** Undefined while not known, as where the reader may not look. */
  failed: { count: number; more: boolean } | undefined;
  approvals: number | undefined;
  deadLetters: readonly { count: number }[] | undefined;
  nodes: readonly Pick<ClusterNode, "status">[] | undefined;
}

/** How many nodes are out of reach, and the page that lists them. */
export function troubledNodes(nodes: Found["nodes"]): { count: number; to: string } {
  const states = (nodes ?? []).map(({ status }) => status).filter((status) => status !== "active");
  const health = new Set(states).size === 1 ? `?health=${states[0]}` : "";
  return { count: states.length, to: `/nodes${health}` };
}

/** In the order one would look at them at night; what is not known is left out. */
export function concernsOf({ failed, approvals, deadLetters, nodes }: Found): Concern[] {
  const letters = deadLetters?.reduce((sum, { count }) => sum + count, 0);
  const away = troubledNodes(nodes);
  const all: (Omit<Concern, "count"> & { count: number | undefined })[] = [
    { key: "failed", to: "/runs?status=failed&range=day", more: failed?.more ?? false, count: failed?.count },
    { key: "approvals", to: "/approvals", more: false, count: approvals },
    { key: "deadLetters", to: "/dead-letters", more: false, count: letters },
    { key: "nodes", to: away.to, more: false, count: nodes && away.count },
  ];
  return all.filter((one): one is Concern => one.count !== undefined);
}
