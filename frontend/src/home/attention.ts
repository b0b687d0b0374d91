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

/** In the order one would look at them at night; what is not known is left out. */
export function concernsOf({ failed, approvals, deadLetters, nodes }: Found): Concern[] {
  const letters = deadLetters?.reduce((sum, { count }) => sum + count, 0);
  const troubled = nodes?.filter(({ status }) => status !== "active");
  const worst = troubled?.some(({ status }) => status === "failed") ? "failed" : "unreachable";
  const health =
    troubled && new Set(troubled.map(({ status }) => status)).size === 1 ? `?health=${worst}` : "";
  const all: (Omit<Concern, "count"> & { count: number | undefined })[] = [
    { key: "failed", to: "/runs?status=failed&range=day", more: failed?.more ?? false, count: failed?.count },
    { key: "approvals", to: "/approvals", more: false, count: approvals },
    { key: "deadLetters", to: "/dead-letters", more: false, count: letters },
    { key: "nodes", to: `/nodes${health}`, more: false, count: troubled?.length },
  ];
  return all.filter((one): one is Concern => one.count !== undefined);
}
