import { useMemo } from "react";
import { useSearchParams } from "react-router";
import type { RunStatus } from "@/graph/runTypes";
import type { Query } from "@/wire/client";

export const STATUSES: readonly RunStatus[] = [
  "pending",
  "running",
  "cancelling",
  "completed",
  "failed",
  "cancelled",
];

export const RANGES = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
} as const;
export type Range = keyof typeof RANGES;

/** What the list is narrowed to; it lives in the address, so that a link shows the same. */
export interface RunFilters {
  readonly status: readonly RunStatus[];
  readonly workflow: string;
  readonly search: string;
  readonly range: Range | "";
}

export function readFilters(search: URLSearchParams): RunFilters {
  const range = search.get("range") ?? "";
  return {
    status: search
      .getAll("status")
      .filter((status): status is RunStatus => STATUSES.includes(status as RunStatus)),
    workflow: search.get("workflow") ?? "",
    search: search.get("search") ?? "",
    range: range in RANGES ? (range as Range) : "",
  };
}

export function writeFilters({ status, workflow, search, range }: RunFilters): URLSearchParams {
  const written = new URLSearchParams();
  for (const one of status) written.append("status", one);
  for (const [name, value] of Object.entries({ workflow, search, range }))
    if (value) written.set(name, value);
  return written;
}

/** What the API is asked for. The range's start is cut to the minute, so that asking again hits the cache. */
export function queryOf({ status, workflow, search, range }: RunFilters, now: number): Query {
  const since = range ? new Date(Math.floor((now - RANGES[range]) / 60_000) * 60_000).toISOString() : null;
  return { status, workflow, search, since };
}

export function useRunFilters() {
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => readFilters(search), [search]);
  const setFilters = (changed: Partial<RunFilters>) =>
    setSearch(writeFilters({ ...filters, ...changed }), { replace: true });
  const filtering = writeFilters(filters).size > 0;
  return { filters, setFilters, filtering, clear: () => setSearch({}, { replace: true }) };
}
