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
import type { Page } from "./types";

const id = encodeURIComponent;

export interface DeadLetter {
  id: string;
  agent: string;
  version: string;
  run_id: string;
  workflow_id: string;
  /** "" when the workflow is gone. */
  workflow_title: string;
  /** False: its run is gone, so that it cannot be sent again. */
  run_exists: boolean;
  step: string;
  error_code: string;
  message: string;
  retries: number;
  at: string;
  /** In lists its beginning, as text, when it is large. */
  input: unknown;
  input_cut: boolean;
  /** The run in which it was sent again; "" while it was not. */
  redriven_as: string;
}

export interface DeadLetterSummary {
  agent: string;
  count: number;
  newest: string;
}

const DEAD = ["dead-letters"];
const REFRESH_MS = 5_000;

export const useDeadLetterSummary = () =>
  useQuery({
    queryKey: [...DEAD, "summary"],
    queryFn: async ({ signal }) =>
      (await request<Page<DeadLetterSummary>>("/dead-letters/summary", { signal })).results,
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

/** What one request did: it takes a hundred, says how many are left, and how to go on with them. */
export interface Redriven {
  count: number;
  /** The new run by letter. */
  redriven: Readonly<Record<string, string>>;
  /** How many were refused, by code. */
  refused: Readonly<Record<string, number>>;
  left: number;
  /** The `cursor` of the next request; null when nothing is left. */
  next: string | null;
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

export interface BulkResult {
  sent: number;
  /** By code. */
  refused: ReadonlyMap<string, number>;
  /** Why the rest was not tried; null when all were. */
  trouble: Error | null;
}

/**
 * Send all that are asked for, a hundred a request, past those that are refused. An error ends it: before anything was
 * tried it is thrown, later it stands in the result.
 */
export async function redriveAll(asked: readonly BulkRedrive[]): Promise<BulkResult> {
  let sent = 0;
  const refused = new Map<string, number>();
  try {
    for (const body of asked) {
      let cursor: string | null = "";
      while (cursor !== null) {
        const answer: Redriven = await request<Redriven>("/dead-letters/redrive", {
          method: "POST",
          body: { ...body, preview: false, cursor },
        });
        sent += Object.keys(answer.redriven).length;
        for (const [code, count] of Object.entries(answer.refused))
          refused.set(code, (refused.get(code) ?? 0) + count);
        cursor = answer.next;
      }
    }
  } catch (error) {
    if ((sent === 0 && refused.size === 0) || !(error instanceof Error)) throw error;
    return { sent, refused, trouble: error };
  }
  return { sent, refused, trouble: null };
}

export const useBulkRedrive = () => useChange(redriveAll);
export const useDeleteLetter = () =>
  useChange(({ agent, letter }: { agent: string; letter: string }) =>
    request<null>(`/dead-letters/${id(agent)}/${id(letter)}`, { method: "DELETE" }),
  );
