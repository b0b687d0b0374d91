/** Contracts over REST, as TanStack Query hooks. */
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { type Query, request } from "@/wire/client";
import type { DiffLine, Page } from "@/wire/types";

export const SCHEMA_TYPES = ["AVRO", "PROTOBUF", "JSON"] as const;
export type SchemaType = (typeof SCHEMA_TYPES)[number];

export const LEVELS = [
  "NONE",
  "BACKWARD",
  "BACKWARD_TRANSITIVE",
  "FORWARD",
  "FORWARD_TRANSITIVE",
  "FULL",
  "FULL_TRANSITIVE",
] as const;
export type Level = (typeof LEVELS)[number];
export type Mode = "READWRITE" | "READONLY";

export interface ContractVersion {
  number: number;
  version: string;
  schema_id: number;
  schema_type: SchemaType;
  digest: string;
  created_at: string;
  created_by: string;
}

/** What the reader may do with a contract. */
export interface May {
  change: boolean;
  bind: boolean;
  see_rejected: boolean;
}

export interface Contract {
  name: string;
  /** The project whose editors change it; null: none, or one the reader is no member of. */
  project: string | null;
  may: May;
  /** The NATS subject or side of an agent it applies to; empty: none. */
  pattern: string;
  compatibility: Level;
  own_compatibility: boolean;
  mode: Mode;
  own_mode: boolean;
  /** What holds where a contract has no level or mode of its own. */
  for_all: { compatibility: Level; mode: Mode };
  system: boolean;
  latest: ContractVersion;
  versions: number;
  /** Messages that broke it; null while that is not known. */
  rejected: number | null;
  updated_at: string;
}

export interface ContractUser {
  kind: "agent" | "workflow" | "trigger";
  name: string;
  role: "producer" | "consumer";
  detail: string;
  url: string;
  /** How it does not fit the contract; empty: it fits. */
  problem: string;
}

export interface ContractDetail extends Contract {
  all_versions: ContractVersion[];
  used_by: ContractUser[];
}

export interface Reference {
  name: string;
  subject: string;
  version: number;
}

export interface ContractText extends ContractVersion {
  schema: string;
  references: Reference[];
  referenced_by: number[];
}

export interface Incompatibility {
  path: string;
  rule: string;
  message: string;
  direction: "backward" | "forward";
  version: number;
  old: unknown;
  new: unknown;
}

export interface Trial {
  compatible: boolean;
  compatibility: Level;
  known_version: string | null;
  incompatibilities: Incompatibility[];
}

export interface Diff {
  old: ContractVersion;
  new: ContractVersion;
  lines: DiffLine[];
  incompatibilities: Incompatibility[];
}

export interface Rejected {
  id: string;
  at: string;
  subject: string;
  version: string;
  side: "send" | "deliver" | "input" | "output";
  by: string;
  errors: { field: string; message: string }[];
  size: number;
  payload: string;
  encoding: "text" | "base64";
  headers: Record<string, string>;
}

/** How many messages broke a contract since it was last cleared. */
export interface RejectedCount {
  contract: string;
  count: number;
}

export interface Draft {
  schema: string;
  schema_type: SchemaType;
  references: readonly Reference[];
}

const id = encodeURIComponent;
const keys = {
  all: ["contracts"],
  list: (query: Query) => ["contracts", "list", query],
  one: (name: string) => ["contracts", "one", name],
  text: (name: string, version: string) => ["contracts", "text", name, version],
  diff: (name: string, old: string, now: string) => ["contracts", "diff", name, old, now],
  rejected: (name: string) => ["contracts", "rejected", name],
  counts: ["contracts", "counts"],
} as const;
const QUIET_MS = 5_000;
const COUNTS_MS = 10_000;

export const useContracts = (query: Query) =>
  useInfiniteQuery({
    queryKey: keys.list(query),
    queryFn: ({ pageParam, signal }) =>
      request<Page<Contract>>(pageParam || "/contracts", { query: pageParam ? {} : query, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    refetchInterval: QUIET_MS,
  });

export const useContract = (name: string) =>
  useQuery({
    queryKey: keys.one(name),
    queryFn: ({ signal }) => request<ContractDetail>(`/contracts/${id(name)}`, { signal }),
    refetchInterval: QUIET_MS,
  });

/** A version never changes, so it is asked for once. */
export const useContractText = (name: string, version: string) =>
  useQuery({
    queryKey: keys.text(name, version),
    queryFn: ({ signal }) =>
      request<ContractText>(`/contracts/${id(name)}/versions/${id(version)}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });

export const useDiff = (name: string, old: string, now: string) =>
  useQuery({
    queryKey: keys.diff(name, old, now),
    queryFn: ({ signal }) =>
      request<Diff>(`/contracts/${id(name)}/diff`, { query: { old, new: now }, signal }),
    enabled: old !== "" && old !== now,
    placeholderData: keepPreviousData,
  });

export const useRejected = (name: string) =>
  useInfiniteQuery({
    queryKey: keys.rejected(name),
    queryFn: ({ pageParam, signal }) =>
      request<Page<Rejected> & { count: number }>(`/contracts/${id(name)}/rejected`, {
        query: { limit: 20, before: pageParam },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => (page.next ? page.results.at(-1)?.id : undefined),
    refetchInterval: QUIET_MS,
  });

/** Where messages were rejected, of the contracts whose rejected messages the reader may see. */
export const useRejectedCounts = () =>
  useQuery({
    queryKey: keys.counts,
    queryFn: async ({ signal }) =>
      (await request<Page<RejectedCount>>("/rejected-messages", { signal })).results,
    refetchInterval: COUNTS_MS,
  });

export const useTrial = (name: string) =>
  useMutation({
    mutationFn: (draft: Draft) =>
      request<Trial>(`/contracts/${id(name)}/check`, { method: "POST", body: draft }),
  });

export function useRegister() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, ...draft }: Draft & { name: string; version?: string; project?: string }) =>
      request<ContractText>(`/contracts/${id(name)}/versions`, { method: "POST", body: draft }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.all }),
  });
}

export type Settings = Partial<{
  compatibility: Level | "";
  mode: Mode | "";
  pattern: string;
  project: string;
}>;

export function useSettings(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Settings) =>
      request<ContractDetail>(`/contracts/${id(name)}`, { method: "PATCH", body }),
    onSuccess: (detail) => {
      client.setQueryData(keys.one(name), detail);
      return client.invalidateQueries({ queryKey: ["contracts", "list"] });
    },
  });
}

export function useDeleteContract() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => request<null>(`/contracts/${id(name)}`, { method: "DELETE" }),
    onSuccess: (_, name) => {
      client.removeQueries({ queryKey: keys.one(name) });
      return client.invalidateQueries({ queryKey: ["contracts", "list"] });
    },
  });
}

export function useClearRejected(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<null>(`/contracts/${id(name)}/rejected`, { method: "DELETE" }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.all }),
  });
}
