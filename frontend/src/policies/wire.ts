/** Policies over REST, as TanStack Query hooks. Every change names the set it is about (`If-Match`). */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { JsonSchema } from "@/graph/schema";
import { request } from "@/wire/client";
import type { FieldError } from "@/wire/problem";
import type { Page } from "@/wire/types";

export type Kind =
  | "admission"
  | "rate_limit"
  | "circuit_breaker"
  | "retry"
  | "routing"
  | "degrade"
  | "scaling"
  | "canary"
  | "mirror";
export type MatchField = "agent" | "version" | "instance" | "region" | "tag";
export type Match = Partial<Record<MatchField, string>>;

export interface Policy {
  name: string;
  kind: Kind;
  match: Match;
  spec: Record<string, unknown>;
  enabled: boolean;
  note: string;
}

export interface PolicySet {
  number: number;
  policies: Policy[];
  by: string;
  at_ms: number;
  note: string;
  warnings: FieldError[];
  may_change: boolean;
}

export interface SetRow {
  number: number;
  previous: number;
  action: string;
  title: string;
  note: string;
  by: string;
  at: string;
  count: number;
}

export interface Difference {
  name: string;
  change: "added" | "removed" | "changed" | "moved";
  before: Policy | null;
  after: Policy | null;
  fields: string[];
}

export interface Standing {
  process: string;
  role: string;
  host: string;
  pid: number;
  number: number;
  source: "nats" | "database" | "file" | "here" | "";
  since_ms: number;
  trouble: string;
}

export interface Propagation {
  number: number;
  at_ms: number;
  known: boolean;
  detail: string;
  behind: number;
  everywhere_ms: number | null;
  now_ms: number;
  processes: Standing[];
}

export interface Looked {
  name: string;
  reason: "holds" | "off" | "match" | "less_specific" | "earlier";
  field: MatchField | "";
}

export interface Answer {
  kind: Kind;
  about: string;
  policy: string | null;
  spec: Record<string, unknown>;
  looked_at: Looked[];
}

export type Question = Match & { user?: string; tags?: string[] };

const keys = {
  all: ["policies"],
  set: ["policies", "set"],
  schema: ["policies", "schema"],
  state: ["policies", "state"],
  history: ["policies", "history"],
  diff: (before: number, after: number) => ["policies", "diff", before, after],
} as const;
const LIVE_MS = 2_000;
const seen = (number: number) => ({ "If-Match": `"${number}"` });

export const usePolicies = () =>
  useQuery({
    queryKey: keys.set,
    queryFn: ({ signal }) => request<PolicySet>("/policies", { signal }),
    refetchInterval: 5_000,
  });

export const useSchemas = () =>
  useQuery({
    queryKey: keys.schema,
    queryFn: ({ signal }) => request<Record<Kind, JsonSchema>>("/policies/schema", { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const usePropagation = () =>
  useQuery({
    queryKey: keys.state,
    queryFn: ({ signal }) => request<Propagation>("/policies/state", { signal }),
    refetchInterval: LIVE_MS,
  });

export const useHistory = () =>
  useInfiniteQuery({
    queryKey: keys.history,
    queryFn: ({ pageParam, signal }) =>
      request<Page<SetRow>>(pageParam || "/policies/history", {
        signal,
        ...(!pageParam && { query: { limit: 50 } }),
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const useDiff = (before: number, after: number) =>
  useQuery({
    queryKey: keys.diff(before, after),
    queryFn: async ({ signal }) =>
      (await request<{ differences: Difference[] }>(`/policies/history/${before}/diff/${after}`, { signal }))
        .differences,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** A change: the set that comes of it is shown at once. */
function useChange<Input>(change: (input: Input) => Promise<PolicySet>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (made) => client.setQueryData(keys.set, made),
    onSettled: () => client.invalidateQueries({ queryKey: keys.all }),
  });
}

export const usePutPolicy = () =>
  useChange(({ number, name, policy, why }: { number: number; name: string; policy: Policy; why: string }) =>
    request(`/policies/${encodeURIComponent(name)}`, {
      method: "PUT",
      body: policy,
      headers: seen(number),
      query: { note: why },
    }),
  );

export const useEnablePolicy = () =>
  useChange(({ number, name, enabled }: { number: number; name: string; enabled: boolean }) =>
    request(`/policies/${encodeURIComponent(name)}`, {
      method: "PATCH",
      body: { enabled },
      headers: seen(number),
    }),
  );

export const useDeletePolicy = () =>
  useChange(({ number, name }: { number: number; name: string }) =>
    request(`/policies/${encodeURIComponent(name)}`, { method: "DELETE", headers: seen(number) }),
  );

export const useRollBack = () =>
  useChange(({ number, to, note }: { number: number; to: number; note: string }) =>
    request("/policies/rollback", { method: "POST", body: { number: to, note }, headers: seen(number) }),
  );

export const useTry = () =>
  useMutation({
    mutationFn: (question: Question) =>
      request<{ tags: string[]; answers: Answer[] }>("/policies/try", { method: "POST", body: question }),
  });
