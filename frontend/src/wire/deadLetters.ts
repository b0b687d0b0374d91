/** Dead letters: tasks that failed for good, to look at, change and send again. */
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { type Query, request } from "./client";
import { keys } from "./queries";
import type { BulkOperation, Page } from "./types";

const id = encodeURIComponent;

export interface DeadLetter {
  id: string;
  agent: string;
  version: string;
  run_id: string;
  workflow_id: string;
  workflow_title: string;
  step: string;
  error_code: string;
  message: string;
  retries: number;
  at: string;
  /** In the list a preview, cut to 2 KB. */
  input: unknown;
  /** The run in which it was sent again; "" or null while it was not. */
  redriven_as: string | null;
}

export interface DeadLetterSummary {
  agent: string;
  count: number;
  newest: string | null;
}

const DEAD = ["dead-letters"];
const REFRESH_MS = 5_000;

export const useDeadLetterSummary = () =>
  useQuery({
    queryKey: [...DEAD, "summary"],
    queryFn: async ({ signal }) => {
      const answer = await request<Page<DeadLetterSummary> | DeadLetterSummary[]>("/dead-letters/summary", {
        signal,
      });
      return Array.isArray(answer) ? answer : answer.results;
    },
    refetchInterval: REFRESH_MS,
    retry: false,
  });

export const useDeadLetters = (query: Query) =>
  useInfiniteQuery({
    queryKey: [...DEAD, "list", query],
    queryFn: ({ pageParam, signal }) =>
      pageParam
        ? request<Page<DeadLetter>>(pageParam, { signal })
        : request<Page<DeadLetter>>("/dead-letters", { query, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useDeadLetter = (agent: string, letter: string) =>
  useQuery({
    queryKey: [...DEAD, "one", agent, letter],
    queryFn: ({ signal }) => request<DeadLetter>(`/dead-letters/${id(agent)}/${id(letter)}`, { signal }),
    refetchOnWindowFocus: false,
    staleTime: 30_000,
  });

export interface BulkRedrive {
  agent: string;
  filter?: { code?: string; search?: string };
  ids?: string[];
  version?: string;
}

export const previewRedrive = (body: BulkRedrive, signal?: AbortSignal) =>
  request<{ count: number }>("/dead-letters/redrive", {
    method: "POST",
    body: { ...body, preview: true },
    signal,
  });

function useChange<T, R>(send: (asked: T) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      void client.invalidateQueries({ queryKey: DEAD });
      void client.invalidateQueries({ queryKey: keys.runs });
    },
  });
}

export const useRedrive = () =>
  useChange(
    ({ agent, letter, ...body }: { agent: string; letter: string; input?: unknown; version?: string }) =>
      request<{ run_id: string }>(`/dead-letters/${id(agent)}/${id(letter)}/redrive`, {
        method: "POST",
        body,
      }),
  );
export const useBulkRedrive = () =>
  useChange((body: BulkRedrive) =>
    request<Partial<BulkOperation> & { count?: number }>("/dead-letters/redrive", {
      method: "POST",
      body: { ...body, preview: false },
    }),
  );
export const useDeleteLetter = () =>
  useChange(({ agent, letter }: { agent: string; letter: string }) =>
    request<null>(`/dead-letters/${id(agent)}/${id(letter)}`, { method: "DELETE" }),
  );
